package vitrine.kernels.contract;

import java.util.Random;

/** Seeded inputs. */
final class Numbers {
  private final Random random;

  Numbers(long seed) {
    random = new Random(seed);
  }

  /** Normal with standard deviation 1. */
  float[] normal(int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  /** Numbers that a divisor may be: 0.5 and more. */
  float[] positive(int n) {
    float[] x = normal(n);
    for (int i = 0; i < n; i++) {
      x[i] = Math.abs(x[i]) + 0.5f;
    }
    return x;
  }

  int[] ids(int n, int limit) {
    return random.ints(n, 0, limit).toArray();
  }

  boolean[] flags(int n) {
    boolean[] flags = new boolean[n];
    for (int i = 0; i < n; i++) {
      flags[i] = random.nextInt(4) > 0;
    }
    return flags;
  }

  /** (B,T): row b has its last b positions padded (its first, when {@code left}). */
  static boolean[] padded(int batch, int tokens, Side side) {
    boolean[] real = new boolean[batch * tokens];
    for (int b = 0; b < batch; b++) {
      for (int t = 0; t < tokens; t++) {
        int fromEdge = side == Side.LEFT ? t : tokens - 1 - t;
        real[b * tokens + t] = fromEdge >= b;
      }
    }
    return real;
  }

  enum Side {
    LEFT,
    RIGHT
  }
}
