package vitrine.engine.training;

import java.util.Arrays;
import java.util.stream.IntStream;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.Tap;

/**
 * How many terms the mean over a batch has of an example, so that means over parts of a step can be
 * put together.
 */
record Terms(Objective objective, Architecture model) {
  long of(Example example) {
    return switch (objective) {
      case NEXT -> pairs(example);
      case MASKED -> labelled(example);
      case LABELS ->
          switch (model.head()) {
            case TOKENS -> labelled(example);
            case SEQUENCE, NEXT_SENTENCE -> asksNoClass(example) ? 0 : 1;
            case QUESTION -> 1;
            case LANGUAGE, MASKED, PRETRAINING, NONE ->
                throw new IllegalStateException("labels for " + model.head());
          };
    };
  }

  /** Whether any of them asks something. */
  boolean anyOf(Examples examples) {
    return IntStream.range(0, examples.size()).anyMatch(i -> of(examples.get(i, 0)) > 0);
  }

  private static long labelled(Example example) {
    return example.labels() instanceof Labels.Many many
        ? Arrays.stream(many.values()).filter(label -> label != Labels.IGNORED).count()
        : 0;
  }

  private boolean asksNoClass(Example example) {
    boolean classes = model.output(Tap.LOGITS).orElseThrow().classes() > 1;
    return classes && example.labels() instanceof Labels.One one && one.value() == Labels.IGNORED;
  }

  /** Real tokens that a real one follows. */
  private static long pairs(Example example) {
    boolean[] mask = example.mask();
    return mask == null
        ? Math.max(0, example.ids().length - 1)
        : IntStream.range(1, mask.length).filter(t -> mask[t - 1] && mask[t]).count();
  }
}
