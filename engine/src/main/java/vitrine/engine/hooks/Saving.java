package vitrine.engine.hooks;

/** How a run comes by the values that its backward pass needs. */
public enum Saving {
  /** Every block's are kept from the forward pass. */
  KEEP,
  /**
   * Only each block's input is kept, and the block is run forward a second time when its turn comes
   * (Chen et al. 2016): less memory, one more forward pass, the same bits.
   */
  RECOMPUTE
}
