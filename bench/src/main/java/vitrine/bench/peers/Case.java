package vitrine.bench.peers;

import java.util.List;
import vitrine.bench.workers.Task;
import vitrine.bench.workers.Work;

/**
 * One comparison.
 *
 * @param model whose directory is loaded
 * @param task what it is loaded for
 * @param entrants those who take turns; the first is what the others are compared with
 */
record Case(Group group, String name, ModelKind model, Task task, List<Entrant> entrants) {
  Case {
    entrants = List.copyOf(entrants);
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
   */
  record Entrant(String label, EngineKind engine, int threads, Work work) {}
}
