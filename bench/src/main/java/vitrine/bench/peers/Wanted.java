package vitrine.bench.peers;

import java.util.Locale;
import vitrine.bench.Machine;

/**
 * What this engine is meant to reach, as ratios: their time by ours, unless said otherwise. A table
 * shows it beside what was measured, so that what falls short is seen.
 */
final class Wanted {
  /** Part of a case's name: the time with everything read by the time with nothing read. */
  private static final String EVERYTHING = "every site";

  /** Of peak memory, PyTorch's by ours. */
  private static final double MEMORY = 1.2;

  private static final double DECODE_GROWTH = 1.35;

  private final Goals goals;

  /** The two columns: what vectors the machine has. */
  private record Goals(
      double forwardPytorch,
      double forwardOnnx,
      double training,
      double gradient,
      double decodePytorch,
      double decodeOnnx,
      double decodeInt8) {
    static final Goals AVX512 = new Goals(1.0, 0.9, 0.85, 1.0, 1.3, 1.05, 3);
    static final Goals AVX2 = new Goals(0.75, 0.7, 0.65, 0.75, 1.2, 1.0, 2.5);
  }

  Wanted(Machine machine) {
    goals = machine.features().contains("avx512f") ? Goals.AVX512 : Goals.AVX2;
  }

  /**
   * A ratio's goal beside it; empty where there is none.
   *
   * @param ratio the median
   */
  String of(Group group, EngineKind peer, double ratio) {
    return switch (peer) {
      case VITRINE, DJL -> "";
      case PYTORCH ->
          switch (group) {
            case FORWARD -> atLeast(goals.forwardPytorch, ratio);
            case DECODE -> atLeast(goals.decodePytorch, ratio);
            case TRAINING -> atLeast(goals.training, ratio);
            case GRADIENT -> atLeast(goals.gradient, ratio);
            case COLD -> atLeast(3, ratio);
            case ROUNDED, HOOKS, THREADS -> "";
          };
      case ONNXRUNTIME ->
          switch (group) {
            case FORWARD -> atLeast(goals.forwardOnnx, ratio);
            case DECODE -> atLeast(goals.decodeOnnx, ratio);
            case COLD -> atLeast(0.9, ratio);
            case ROUNDED, TRAINING, GRADIENT, HOOKS, THREADS -> "";
          };
    };
  }

  /** Rounded weights beside theirs in float32; the goal is that of 8 bits. */
  String rounded(String name, double ratio) {
    return name.contains("int8") ? atLeast(goals.decodeInt8, ratio) : "";
  }

  /**
   * What reading may cost: of one site as good as nothing.
   *
   * @param low of the 95% interval
   * @param ratio the median
   */
  String reading(String name, double low, double ratio) {
    return name.contains(EVERYTHING) ? atMost(1.5, ratio, ratio) : atMost(1.02, low, ratio);
  }

  /** Theirs by ours. */
  String memory(Group group, EngineKind peer, double ratio) {
    boolean counts = group == Group.FORWARD || group == Group.TRAINING;
    return counts && peer == EngineKind.PYTORCH ? atLeast(MEMORY, ratio) : "";
  }

  /** Ours at context 1024 by ours at 128. */
  String decodeGrowth(double ratio) {
    return atMost(DECODE_GROWTH, ratio, ratio);
  }

  /** Ours by the reference of the same run, which must not be passed. */
  static String noMoreThan(double theirs, double ratio) {
    return atMost(theirs, ratio, ratio);
  }

  /** Ours by the reference of the same run, which must be reached. */
  static String noLessThan(double theirs, double ratio) {
    return atLeast(theirs, ratio);
  }

  private static String atLeast(double goal, double ratio) {
    return said(ratio >= goal, ">=", goal);
  }

  private static String atMost(double goal, double judged, double ratio) {
    return said(Math.min(judged, ratio) <= goal, "<=", goal);
  }

  private static String said(boolean reached, String sign, double goal) {
    String text = String.format(Locale.ROOT, "%s %.2f wanted", sign, goal);
    return reached ? " [" + text + "]" : " **[" + text + "]**";
  }
}
