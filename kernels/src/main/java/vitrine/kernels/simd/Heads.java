package vitrine.kernels.simd;

import vitrine.kernels.host.HostTensor;

/** What the tasks of one op share: (B,T,H,K) tensors and where one head's row lies. */
record Heads(long address, int tokens, int heads, int size) {
  static Heads of(HostTensor x) {
    return new Heads(x.address(), x.shape().dim(1), x.shape().dim(2), x.shape().dim(3));
  }

  long at(int b, int t, int h) {
    return address + 4L * (((long) b * tokens + t) * heads + h) * size;
  }

  /** Bytes from one token to the next. */
  long stride() {
    return 4L * heads * size;
  }
}
