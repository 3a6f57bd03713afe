package vitrine.engine.hooks;

import java.util.Optional;

/**
 * What a site names, before layers and slice: an activation ({@link Tap}) or a weight ({@link
 * WeightSite}).
 */
public sealed interface Target permits Tap, WeightSite {
  /**
   * The name within a block, or the whole name outside the blocks: {@code attn.z}, {@code embed}.
   */
  String path();

  /** Whether every block has one. */
  boolean perBlock();

  /** Why this architecture has none; empty when it has. */
  Optional<String> absence(Architecture architecture);

  /** The path with N for the layer: {@code blocks.N.attn.z}. */
  default String pattern() {
    return perBlock() ? "blocks.N." + path() : path();
  }
}
