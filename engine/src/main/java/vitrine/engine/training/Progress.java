package vitrine.engine.training;

import vitrine.engine.InputException;

/** Which examples of the row of epochs a step takes, and how many steps there are. */
final class Progress {
  private final int perStep;
  private final int examples;
  private final long all;
  private final int steps;

  /**
   * @param examples how many there are in an epoch
   */
  Progress(Recipe recipe, int examples) {
    this.examples = examples;
    perStep = recipe.batching().perStep();
    all = recipe.extent().examples(examples, perStep);
    long count = (all + perStep - 1) / perStep;
    if (count > Integer.MAX_VALUE) {
      throw new InputException(
          "recipe: " + count + " steps; expected fewer than 2^31. Take more examples a step.");
    }
    steps = (int) count;
  }

  int steps() {
    return steps;
  }

  int stepsPerEpoch() {
    return (examples + perStep - 1) / perStep;
  }

  /** The place of a step's first example. */
  long first(int step) {
    return (long) (step - 1) * perStep;
  }

  /** How many examples a step takes; the last takes what is left. */
  int count(int step) {
    return (int) Math.min(perStep, all - first(step));
  }

  /** Passes over the examples after a step. */
  double epoch(int step) {
    return (double) (first(step) + count(step)) / examples;
  }

  /** Whether an epoch ended within a step. */
  boolean endsEpoch(int step) {
    return (first(step) + count(step)) / examples > first(step) / examples;
  }
}
