package vitrine.bench.peers;

/** Who is measured. */
enum EngineKind {
  VITRINE("Vitrine"),
  PYTORCH("PyTorch"),
  ONNXRUNTIME("ONNX Runtime"),
  /** PyTorch without Python. */
  DJL("DJL PyTorch");

  private final String label;

  EngineKind(String label) {
    this.label = label;
  }

  /** As tables have it. */
  String label() {
    return label;
  }

  /** As {@code --peers} has it. */
  String option() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
