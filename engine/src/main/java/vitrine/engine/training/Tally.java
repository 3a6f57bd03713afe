package vitrine.engine.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import vitrine.engine.InputException;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.Tap;

/** Collects what a head says and what its examples' labels say, and compares them at the end. */
sealed interface Tally {
  /**
   * Adds a batch.
   *
   * @param logits of all of it, padding included: (B,C) of a class or a value for a text, (B,T,C)
   *     of a class for every token, (B,T,2) of the start and the end of answers
   */
  void add(List<Example> together, float[] logits);

  /** What it will measure of such examples. */
  Set<Measure> measures(Examples examples);

  Map<Measure, Double> measures();

  /** What suits the head. */
  static Tally of(Architecture model, Objective objective) {
    if (objective != Objective.LABELS) {
      return new Nothing();
    }
    return switch (model.head()) {
      case SEQUENCE, NEXT_SENTENCE -> {
        int classes = classes(model);
        yield classes == 1 ? new Values() : new Classes(Classes.Of.TEXTS, classes);
      }
      case TOKENS -> new Classes(Classes.Of.TOKENS, classes(model));
      case QUESTION -> new Answers();
      case NONE, LANGUAGE, MASKED, PRETRAINING ->
          throw new InputException(
              "evaluate: labels: the model's head is '"
                  + model.head().label()
                  + "'; expected one for labels: sequence, tokens, qa or nsp.");
    };
  }

  private static int classes(Architecture model) {
    return model.output(Tap.LOGITS).orElseThrow().classes();
  }

  /** A list says which of the classes are right, any number of them: the loss says it all. */
  private static boolean anyHasOne(Examples examples) {
    return IntStream.range(0, examples.size())
        .anyMatch(i -> examples.get(i, 0).labels() instanceof Labels.One);
  }

  /** Labels that are a list. */
  private static int[] list(Example example) {
    if (example.labels() instanceof Labels.Many many) {
      return many.values();
    }
    throw new InputException("evaluate: labels: one number; expected a list with each example.");
  }

  /** The place of the largest of some numbers. */
  private static int highest(float[] numbers, int from, int count) {
    int best = from;
    for (int i = from; i < from + count; i++) {
      best = numbers[i] > numbers[best] ? i : best;
    }
    return best - from;
  }

  /** Of language models the loss says it all. */
  record Nothing() implements Tally {
    @Override
    public void add(List<Example> together, float[] logits) {}

    @Override
    public Set<Measure> measures(Examples examples) {
      return Set.of();
    }

    @Override
    public Map<Measure, Double> measures() {
      return Map.of();
    }
  }

  /** One class a text, or one a token. */
  record Classes(Of of, int classes, List<Integer> labels, List<Integer> predicted)
      implements Tally {
    /** What has a class. */
    enum Of {
      TEXTS,
      TOKENS
    }

    Classes(Of of, int classes) {
      this(of, classes, new ArrayList<>(), new ArrayList<>());
    }

    @Override
    public void add(List<Example> together, float[] logits) {
      int width = logits.length / together.size();
      for (int b = 0; b < together.size(); b++) {
        switch (of) {
          case TEXTS -> {
            if (together.get(b).labels() instanceof Labels.One one) {
              compare((int) one.value(), logits, b * width);
            }
          }
          case TOKENS -> {
            int[] wanted = list(together.get(b));
            for (int t = 0; t < wanted.length; t++) {
              compare(wanted[t], logits, b * width + t * classes);
            }
          }
        }
      }
    }

    @Override
    public Set<Measure> measures(Examples examples) {
      return of == Of.TOKENS || anyHasOne(examples)
          ? EnumSet.of(Measure.ACCURACY, Measure.F1, Measure.MATTHEWS)
          : Set.of();
    }

    private void compare(int wanted, float[] logits, int from) {
      if (wanted != Labels.IGNORED) {
        labels.add(wanted);
        predicted.add(highest(logits, from, classes));
      }
    }

    @Override
    public Map<Measure, Double> measures() {
      if (labels.isEmpty()) {
        return Map.of();
      }
      int[] wanted = labels.stream().mapToInt(Integer::intValue).toArray();
      int[] given = predicted.stream().mapToInt(Integer::intValue).toArray();
      return Map.of(
          Measure.ACCURACY,
          Scores.accuracy(wanted, given),
          Measure.F1,
          Scores.f1(wanted, given, classes),
          Measure.MATTHEWS,
          Scores.matthews(wanted, given, classes));
    }
  }

  /** One value a text. */
  record Values(List<Double> labels, List<Double> predicted) implements Tally {
    Values() {
      this(new ArrayList<>(), new ArrayList<>());
    }

    @Override
    public void add(List<Example> together, float[] logits) {
      for (int b = 0; b < together.size(); b++) {
        if (together.get(b).labels() instanceof Labels.One one) {
          labels.add(one.value());
          predicted.add((double) logits[b]);
        }
      }
    }

    @Override
    public Set<Measure> measures(Examples examples) {
      return anyHasOne(examples)
          ? EnumSet.of(Measure.PEARSON, Measure.SPEARMAN, Measure.SQUARED_ERROR)
          : Set.of();
    }

    @Override
    public Map<Measure, Double> measures() {
      if (labels.isEmpty()) {
        return Map.of();
      }
      double[] wanted = labels.stream().mapToDouble(Double::doubleValue).toArray();
      double[] given = predicted.stream().mapToDouble(Double::doubleValue).toArray();
      double squares =
          IntStream.range(0, wanted.length)
              .mapToDouble(i -> (wanted[i] - given[i]) * (wanted[i] - given[i]))
              .sum();
      return Map.of(
          Measure.PEARSON,
          Scores.pearson(wanted, given),
          Measure.SPEARMAN,
          Scores.spearman(wanted, given),
          Measure.SQUARED_ERROR,
          squares / wanted.length);
    }
  }

  /** A start and an end a text, each where its logit is highest. */
  record Answers(List<Boolean> right) implements Tally {
    Answers() {
      this(new ArrayList<>());
    }

    @Override
    public void add(List<Example> together, float[] logits) {
      int width = logits.length / together.size();
      for (int b = 0; b < together.size(); b++) {
        int length = together.get(b).ids().length;
        int[] given = {column(logits, b * width, length), column(logits, b * width + 1, length)};
        right.add(Arrays.equals(list(together.get(b)), given));
      }
    }

    @Override
    public Set<Measure> measures(Examples examples) {
      return EnumSet.of(Measure.EXACT_MATCH);
    }

    /** The place of the largest of every second number. */
    private static int column(float[] logits, int from, int length) {
      float[] column = new float[length];
      for (int t = 0; t < length; t++) {
        column[t] = logits[from + 2 * t];
      }
      return highest(column, 0, length);
    }

    @Override
    public Map<Measure, Double> measures() {
      double share = (double) right.stream().filter(each -> each).count() / right.size();
      return Map.of(Measure.EXACT_MATCH, share);
    }
  }
}
