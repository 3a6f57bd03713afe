package vitrine.engine.loss;

import java.util.Arrays;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Axis;
import vitrine.engine.hooks.Batch;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.Tap;

/**
 * What a batch's labels ask of a head.
 *
 * @param ids a class or token id for each row of the logits, {@link Labels#IGNORED} where none; the
 *     start of answers
 * @param ends the end of answers
 * @param values a value for each number of the logits
 */
@SuppressWarnings("ArrayRecordComponent") // made and used within one run
record Targets(Kind kind, int[] ids, int[] ends, double[] values) {
  /** What a sequence head is trained for; told by the form of the labels. */
  enum Kind {
    CLASSES,
    VALUES,
    SEVERAL
  }

  static Targets none() {
    return of();
  }

  private static Targets of(int... ids) {
    return new Targets(Kind.CLASSES, ids, new int[0], new double[0]);
  }

  /** Next-token targets: row t wants id t+1, where both are real. */
  static int[] next(Batch batch) {
    int length = batch.length();
    int[] ids = new int[batch.batch() * length];
    Arrays.fill(ids, Labels.IGNORED);
    for (int b = 0; b < batch.batch(); b++) {
      for (int t = 0; t + 1 < length; t++) {
        if (batch.real(b, t) && batch.real(b, t + 1)) {
          ids[b * length + t] = batch.ids()[b * length + t + 1];
        }
      }
    }
    return ids;
  }

  static Targets ofLabels(Architecture model, Batch batch) {
    return switch (model.head()) {
      case LANGUAGE -> of(shifted(tokens(batch, model.vocabulary()), batch));
      case MASKED, PRETRAINING -> of(tokens(batch, model.vocabulary()));
      case TOKENS -> of(tokens(batch, classes(model)));
      case NEXT_SENTENCE -> of(oneEach(batch, 2));
      case SEQUENCE -> sequence(batch, classes(model));
      case QUESTION -> spans(batch);
      case NONE -> throw new IllegalStateException("loss: labels: no head; the plan refuses it");
    };
  }

  private static int classes(Architecture model) {
    return model
        .output(Tap.LOGITS)
        .filter(output -> output.axes().contains(Axis.CLASS))
        .orElseThrow()
        .classes();
  }

  private static Labels labels(Batch batch, int b) {
    Labels labels = batch.examples().get(b).labels();
    if (labels == null) {
      throw wrong(b, "none", "labels with every example");
    }
    return labels;
  }

  private static int[] many(Batch batch, int b, int count, String expected) {
    if (labels(batch, b) instanceof Labels.Many many && many.values().length == count) {
      return many.values();
    }
    String found =
        labels(batch, b) instanceof Labels.Many many
            ? many.values().length + " numbers"
            : "one number";
    throw wrong(b, found, expected);
  }

  private static int[] tokens(Batch batch, int limit) {
    int length = batch.length();
    int[] ids = new int[batch.batch() * length];
    Arrays.fill(ids, Labels.IGNORED);
    for (int b = 0; b < batch.batch(); b++) {
      int count = batch.examples().get(b).ids().length;
      int[] labels = many(batch, b, count, "a list of " + count + ", one a token");
      for (int t = 0; t < count; t++) {
        ids[b * length + t] =
            labels[t] == Labels.IGNORED ? Labels.IGNORED : inRange(labels[t], limit, b);
      }
    }
    requireAny(ids);
    return ids;
  }

  /** The labels of a next-token head stand at the token itself; the row before predicts it. */
  private static int[] shifted(int[] labels, Batch batch) {
    int length = batch.length();
    int[] ids = new int[labels.length];
    Arrays.fill(ids, Labels.IGNORED);
    for (int b = 0; b < batch.batch(); b++) {
      System.arraycopy(labels, b * length + 1, ids, b * length, length - 1);
    }
    if (Arrays.stream(ids).allMatch(id -> id == Labels.IGNORED)) {
      throw new InputException(
          "loss: labels: only first tokens have labels, and nothing predicts those; expected a label"
              + " further on.");
    }
    return ids;
  }

  private static int[] oneEach(Batch batch, int limit) {
    int[] ids = new int[batch.batch()];
    for (int b = 0; b < ids.length; b++) {
      if (!(labels(batch, b) instanceof Labels.One one) || one.value() != Math.rint(one.value())) {
        throw wrong(b, "not a class", "one whole number");
      }
      ids[b] =
          one.value() == Labels.IGNORED ? Labels.IGNORED : inRange((int) one.value(), limit, b);
    }
    requireAny(ids);
    return ids;
  }

  private static void requireAny(int[] ids) {
    if (Arrays.stream(ids).allMatch(id -> id == Labels.IGNORED)) {
      throw new InputException(
          "loss: labels: every label is "
              + Labels.IGNORED
              + ", ignored; expected at least one that counts.");
    }
  }

  private static Targets sequence(Batch batch, int classes) {
    if (labels(batch, 0) instanceof Labels.Many) {
      double[] values = new double[batch.batch() * classes];
      for (int b = 0; b < batch.batch(); b++) {
        int[] each = many(batch, b, classes, "a list of " + classes + ", 0 or 1 for each class");
        for (int c = 0; c < classes; c++) {
          values[b * classes + c] = inRange(each[c], 2, b);
        }
      }
      return new Targets(Kind.SEVERAL, new int[0], new int[0], values);
    }
    if (classes > 1) {
      return of(oneEach(batch, classes));
    }
    double[] values = new double[batch.batch()];
    for (int b = 0; b < values.length; b++) {
      if (!(labels(batch, b) instanceof Labels.One one)) {
        throw wrong(b, "a list", "one value");
      }
      values[b] = one.value();
    }
    return new Targets(Kind.VALUES, new int[0], new int[0], values);
  }

  private static Targets spans(Batch batch) {
    int[] starts = new int[batch.batch()];
    int[] ends = new int[batch.batch()];
    for (int b = 0; b < starts.length; b++) {
      int[] span = many(batch, b, 2, "[start, end]");
      starts[b] = inRange(span[0], batch.examples().get(b).ids().length, b);
      ends[b] = inRange(span[1], batch.examples().get(b).ids().length, b);
    }
    return new Targets(Kind.CLASSES, starts, ends, new double[0]);
  }

  private static int inRange(int label, int limit, int b) {
    if (label < 0 || label >= limit) {
      throw wrong(b, String.valueOf(label), "0 to " + (limit - 1));
    }
    return label;
  }

  private static InputException wrong(int b, String found, String expected) {
    return new InputException(
        "loss: labels: example " + b + ": " + found + "; expected " + expected + ".");
  }
}
