package vitrine.engine.hooks;

import java.util.List;

/**
 * What a plan asks for at one tap of one layer.
 *
 * @param edits in the order they apply, all before the reads
 * @param reads values to keep
 * @param gradients gradients to keep
 * @param skips edits of what leaves the block, which need what enters it here
 */
public record Actions(
    List<EditStep> edits, List<ReadStep> reads, List<ReadStep> gradients, List<EditStep> skips) {
  public Actions {
    edits = List.copyOf(edits);
    reads = List.copyOf(reads);
    gradients = List.copyOf(gradients);
    skips = List.copyOf(skips);
  }
}
