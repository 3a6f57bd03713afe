package vitrine.kernels.host;

/** A stretch of one slab: where a tensor lives, or a gap where one may. */
record Block(SlabPool.Slab slab, long offset, long size) {
  long end() {
    return offset + size;
  }
}
