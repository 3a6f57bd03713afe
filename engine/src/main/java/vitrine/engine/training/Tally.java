package vitrine.engine.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import vitrine.engine.InputException;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.Tap;

/** Reads what a head says of examples, and compares it with what their labels say. */
sealed interface Tally {
  /**
   * What is asked and said of each example of a batch.
   *
   * @param logits of all of it, padding included: (B,C) of a class or a value for a text, (B,T,C)
   *     of a class for every token, (B,T,2) of the start and the end of answers
   */
  List<Verdict> read(List<Example> together, float[] logits);

  /** What it measures of such examples. */
  Set<Measure> measures(Examples examples);

  /** How well the two agree. */
  Map<Measure, Double> measures(List<Verdict> all);

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

  private static double[] all(List<Verdict> verdicts, Function<Verdict, double[]> of) {
    return verdicts.stream().map(of).flatMapToDouble(Arrays::stream).toArray();
  }

  private static int[] whole(double[] values) {
    return Arrays.stream(values).mapToInt(value -> (int) value).toArray();
  }

  /** Of language models the loss says it all. */
  record Nothing() implements Tally {
    @Override
    public List<Verdict> read(List<Example> together, float[] logits) {
      return Collections.nCopies(together.size(), Verdict.NONE);
    }

    @Override
    public Set<Measure> measures(Examples examples) {
      return Set.of();
    }

    @Override
    public Map<Measure, Double> measures(List<Verdict> all) {
      return Map.of();
    }
  }

  /** One class a text, or one a token. */
  record Classes(Of of, int classes) implements Tally {
    /** What has a class. */
    enum Of {
      TEXTS,
      TOKENS
    }

    @Override
    public List<Verdict> read(List<Example> together, float[] logits) {
      int width = logits.length / together.size();
      return IntStream.range(0, together.size())
          .mapToObj(b -> compared(wanted(together.get(b)), logits, b * width))
          .toList();
    }

    private int[] wanted(Example example) {
      return switch (of) {
        case TEXTS ->
            example.labels() instanceof Labels.One one ? new int[] {(int) one.value()} : new int[0];
        case TOKENS -> list(example);
      };
    }

    private Verdict compared(int[] labels, float[] logits, int from) {
      int[] asked =
          IntStream.range(0, labels.length).filter(t -> labels[t] != Labels.IGNORED).toArray();
      return new Verdict(
          Arrays.stream(asked).mapToDouble(t -> labels[t]).toArray(),
          Arrays.stream(asked)
              .mapToDouble(t -> highest(logits, from + t * classes, classes))
              .toArray());
    }

    @Override
    public Set<Measure> measures(Examples examples) {
      return of == Of.TOKENS || anyHasOne(examples)
          ? EnumSet.of(Measure.ACCURACY, Measure.F1, Measure.MATTHEWS)
          : Set.of();
    }

    @Override
    public Map<Measure, Double> measures(List<Verdict> all) {
      int[] wanted = whole(all(all, Verdict::wanted));
      int[] given = whole(all(all, Verdict::given));
      return wanted.length == 0
          ? Map.of()
          : Map.of(
              Measure.ACCURACY,
              Scores.accuracy(wanted, given),
              Measure.F1,
              Scores.f1(wanted, given, classes),
              Measure.MATTHEWS,
              Scores.matthews(wanted, given, classes));
    }
  }

  /** One value a text. */
  record Values() implements Tally {
    @Override
    public List<Verdict> read(List<Example> together, float[] logits) {
      return IntStream.range(0, together.size())
          .mapToObj(b ->
              together.get(b).labels() instanceof Labels.One one
                  ? new Verdict(new double[] {one.value()}, new double[] {logits[b]})
                  : Verdict.NONE)
          .toList();
    }

    @Override
    public Set<Measure> measures(Examples examples) {
      return anyHasOne(examples)
          ? EnumSet.of(Measure.PEARSON, Measure.SPEARMAN, Measure.SQUARED_ERROR)
          : Set.of();
    }

    @Override
    public Map<Measure, Double> measures(List<Verdict> all) {
      double[] wanted = all(all, Verdict::wanted);
      double[] given = all(all, Verdict::given);
      double squares =
          IntStream.range(0, wanted.length)
              .mapToDouble(i -> (wanted[i] - given[i]) * (wanted[i] - given[i]))
              .sum();
      return wanted.length == 0
          ? Map.of()
          : Map.of(
              Measure.PEARSON,
              Scores.pearson(wanted, given),
              Measure.SPEARMAN,
              Scores.spearman(wanted, given),
              Measure.SQUARED_ERROR,
              squares / wanted.length);
    }
  }

  /** A start and an end a text, each where its logit is highest. */
  record Answers() implements Tally {
    @Override
    public List<Verdict> read(List<Example> together, float[] logits) {
      int width = logits.length / together.size();
      List<Verdict> verdicts = new ArrayList<>();
      for (int b = 0; b < together.size(); b++) {
        int length = together.get(b).ids().length;
        verdicts.add(
            new Verdict(
                Arrays.stream(list(together.get(b))).asDoubleStream().toArray(),
                new double[] {
                  column(logits, b * width, length), column(logits, b * width + 1, length)
                }));
      }
      return verdicts;
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
    public Map<Measure, Double> measures(List<Verdict> all) {
      long right = all.stream().filter(each -> Arrays.equals(each.wanted(), each.given())).count();
      return Map.of(Measure.EXACT_MATCH, (double) right / all.size());
    }
  }
}
