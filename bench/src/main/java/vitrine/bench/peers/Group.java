package vitrine.bench.peers;

import java.util.Locale;

/** Cases that belong together: one table. */
enum Group {
  FORWARD("Forward"),
  DECODE("Decode, one token, f32"),
  /** Ours rounded, theirs not. */
  ROUNDED("Decode, one token, our weights rounded"),
  TRAINING("Training step: forward, backward, AdamW"),
  GRADIENT("Gradient to the token embeddings alone"),
  /** Against ourselves. */
  HOOKS("What reading costs"),
  /** Against one thread. */
  THREADS("Threads"),
  /** Processes from their start. */
  COLD("Process start to first token");

  private final String title;

  Group(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** As notes and rows have it. */
  String option() {
    return name().toLowerCase(Locale.ROOT);
  }
}
