package vitrine.bench.peers;

import java.util.Locale;

/** Cases that belong together: one table. */
enum Group {
  FORWARD("Forward", "ms"),
  DECODE("Decode, one token, f32", "ms"),
  TRAINING("Training step: forward, backward, AdamW", "ms"),
  GRADIENT("Gradient to the token embeddings alone", "ms"),
  /** Against ourselves. */
  HOOKS("What reading costs", "ms; the ratio is with reading / without"),
  /** Against one thread. */
  THREADS("Two threads against one", "ms"),
  /** Processes from their start. */
  COLD("Process start to first token", "ms");

  private final String title;
  private final String unit;

  Group(String title, String unit) {
    this.title = title;
    this.unit = unit;
  }

  String title() {
    return title;
  }

  String unit() {
    return unit;
  }

  /** As {@code --cases} has it. */
  String option() {
    return name().toLowerCase(Locale.ROOT);
  }
}
