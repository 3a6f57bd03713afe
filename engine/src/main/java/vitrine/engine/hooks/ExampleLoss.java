package vitrine.engine.hooks;

/**
 * What one example has of a batch's loss.
 *
 * @param loss the example's own: a mean over tokens is here one over its tokens; not a number for
 *     an example that the loss asks nothing of
 * @param weight what it counts in the batch's loss: 1 in a sum over examples, its share of the
 *     tokens in a mean over tokens; 0 for an example that the loss asks nothing of
 */
public record ExampleLoss(double loss, double weight) {}
