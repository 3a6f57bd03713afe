package vitrine.bench.kernels;

import java.util.Arrays;

/**
 * What an op cannot do without.
 *
 * @param flops multiplications and additions
 * @param bytes read and written, each once
 */
record Cost(double flops, double bytes) {
  /** "8x128" as numbers. */
  static int[] sizes(String shape) {
    return Arrays.stream(shape.split("x", -1)).mapToInt(Integer::parseInt).toArray();
  }

  /** Of one call of a benchmark. */
  static Cost of(String type, String method, String shape, String causality) {
    return switch (type) {
      case "Roofline" ->
          switch (method) {
            case "fma" -> new Cost(Roofline.FMA_FLOPS, 0);
            case "copy" -> new Cost(0, Roofline.COPY_BYTES);
            default -> new Cost(0, Roofline.TRIAD_BYTES);
          };
      case "Products" -> product(method, sizes(shape));
      case "Attentions" -> attention(method, sizes(shape), causality);
      default -> rows(method, sizes(shape));
    };
  }

  private static Cost product(String method, int[] sizes) {
    double rows = sizes[0];
    double in = sizes[1];
    double out = sizes[2];
    int ofNumber =
        switch (method) {
          case "dW" -> 2 * Float.BYTES; // the gradient to the matrix reads what it adds to
          case "forwardBf16" -> Short.BYTES;
          case "forwardInt8" -> Byte.BYTES;
          default -> Float.BYTES;
        };
    return new Cost(
        2 * rows * in * out, Float.BYTES * (rows * in + rows * out) + ofNumber * in * out);
  }

  /** Two products forward; backward five, the scores being computed again. */
  private static Cost attention(String method, int[] sizes, String causality) {
    double pairs = (double) sizes[0] * sizes[1] * sizes[1];
    double share = causality.equals("CAUSAL") ? 0.5 * (1 + 1.0 / sizes[1]) : 1;
    boolean forward = method.equals("forward");
    double width = (double) Attentions.HEADS * Attentions.WIDTH;
    double rows = (double) sizes[0] * sizes[1] * width;
    return new Cost(
        2 * pairs * share * width * (forward ? 2 : 5), Float.BYTES * rows * (forward ? 4 : 7));
  }

  /** Arrays that are read or written. */
  private static Cost rows(String method, int[] sizes) {
    double elements = (double) sizes[0] * sizes[1];
    int arrays =
        switch (method) {
          case "adamW" -> 7;
          case "layerNormBackward", "geluTanhBackward" -> 3;
          default -> 2;
        };
    return new Cost(0, Float.BYTES * elements * arrays);
  }
}
