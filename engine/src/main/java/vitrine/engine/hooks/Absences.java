package vitrine.engine.hooks;

import java.util.Optional;

/** Reasons why a target does not exist in a model. */
final class Absences {
  private Absences() {}

  static Optional<String> when(boolean absent, String reason) {
    return absent ? Optional.of(reason) : Optional.empty();
  }

  static Optional<String> unlessPostNorm(Architecture architecture, String reason) {
    return when(architecture.style() != Architecture.BlockStyle.POST_NORM, reason);
  }

  static Optional<String> unlessPreNorm(Architecture architecture, String reason) {
    return when(architecture.style() != Architecture.BlockStyle.PRE_NORM, reason);
  }
}
