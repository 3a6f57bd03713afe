package vitrine.app.commands;

import picocli.CommandLine.Option;
import vitrine.kernels.Precision;

/** The option of every command that runs a model and does not train it. */
final class WeightsOption {
  @Option(
      names = "--weights",
      paramLabel = "f32|bf16|int8",
      converter = Converters.OfPrecision.class,
      description = {
        "What the matrices of linear layers are kept as; f32 if not given. bf16 takes half of their",
        "memory and int8 a quarter, which is read sooner; what is lost, evaluate tells. Gradients of",
        "parameters need f32."
      })
  private Precision precision = Precision.F32;

  Precision precision() {
    return precision;
  }
}
