package vitrine.kernels.simd;

import vitrine.kernels.host.HostKeyValues;
import vitrine.kernels.host.HostTensor;

/**
 * What the tasks of one op share: where one head's row of one token lies.
 *
 * @param tokens an example's, room beyond those in use included
 * @param stride bytes from one token to the next
 * @param headStride bytes from one head to the next
 */
record Heads(long address, int tokens, int heads, int size, long stride, long headStride) {
  /** Of (B,T,H,K). */
  static Heads of(HostTensor x) {
    int heads = x.shape().dim(2);
    int size = x.shape().dim(3);
    return new Heads(x.address(), x.shape().dim(1), heads, size, 4L * heads * size, 4L * size);
  }

  /** The values of a cache, (B,H,T,K). */
  static Heads ofValues(HostKeyValues past) {
    long address = past.values().address();
    long row = 4L * past.size();
    return new Heads(
        address, past.capacity(), past.heads(), past.size(), row, row * past.capacity());
  }

  long at(int b, int t, int h) {
    return address + 4L * b * tokens * heads * size + t * stride + h * headStride;
  }
}
