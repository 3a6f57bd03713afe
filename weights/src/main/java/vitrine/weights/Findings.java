package vitrine.weights;

import java.util.ArrayList;
import java.util.List;

/**
 * Where the checks of a checkpoint put what they find: opening stops at the first problem,
 * inspecting collects them all, and both make the same checks.
 */
interface Findings {
  /** Something that makes the checkpoint malformed. */
  void problem(WeightsException problem);

  /** Something odd that does no harm. */
  void note(String note);

  /** Throws the first problem. */
  static Findings strict() {
    return new Findings() {
      @Override
      public void problem(WeightsException problem) {
        throw problem;
      }

      // Opening has nobody to tell; inspecting has.
      @Override
      public void note(String note) {}
    };
  }

  /** Keeps everything. */
  final class Collected implements Findings {
    final List<WeightsException> problems = new ArrayList<>();
    final List<String> notes = new ArrayList<>();

    @Override
    public void problem(WeightsException problem) {
      problems.add(problem);
    }

    @Override
    public void note(String note) {
      notes.add(note);
    }
  }
}
