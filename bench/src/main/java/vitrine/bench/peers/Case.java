package vitrine.bench.peers;

import java.util.List;
import vitrine.bench.workers.Task;
import vitrine.bench.workers.Work;
import vitrine.kernels.Precision;

/**
 * One comparison.
 *
 * @param model whose directory is loaded
 * @param task what it is loaded for
 * @param entrants those who take turns; the first is what the others are compared with
 */
record Case(Group group, String name, ModelKind model, Task task, List<Entrant> entrants) {
  /** What rounding to 8 bits may do to the logits of random weights. */
  private static final double ROUNDED = 0.05;

  Case {
    entrants = List.copyOf(entrants);
  }

  /**
   * How far outputs may be from the first one's, as a share of the largest element.
   *
   * @param exact where nobody rounds
   */
  double tolerance(double exact) {
    return group == Group.ROUNDED ? ROUNDED : exact;
  }

  /** Which random model. */
  enum ModelKind {
    BERT("BERT-base"),
    GPT2("GPT-2 124M");

    private final String label;

    ModelKind(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  /**
   * One who takes turns.
   *
   * @param label a column of the table
   * @param weights what they are kept as; of others than ours, as their files have them
   */
  record Entrant(String label, EngineKind engine, int threads, Precision weights, Work work) {}
}
