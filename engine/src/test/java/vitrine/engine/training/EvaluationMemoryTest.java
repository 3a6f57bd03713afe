package vitrine.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;

final class EvaluationMemoryTest {
  /** Texts whose lengths are 2 to 16. */
  private record Growing(int size) implements Examples {
    @Override
    public Example get(int index, long key) {
      int[] ids = new int[2 + index * 7 % 15];
      for (int t = 0; t < ids.length; t++) {
        ids[t] = t % 9;
      }
      return Example.of(ids);
    }

    @Override
    public int longest() {
      return 16;
    }

    @Override
    public String fingerprint() {
      return "growing " + size;
    }
  }

  @Test
  void should_foresee_the_largest_batch_when_an_evaluation_is_asked_for() {
    int compared = 0;
    try (Kernels kernels = Backends.open("scalar", 1, note -> {});
        Model model = Toy.load(Toy.gpt2(8, 9, 16), kernels)) {
      for (int size : List.of(5, 16, 33, 64)) {
        for (int batch : List.of(1, 3, 16, 100)) {
          Examples examples = new Growing(size);
          long largest = 0;
          List<Example> sorted =
              IntStream.range(0, size)
                  .mapToObj(i -> examples.get(i, 0))
                  .sorted(Comparator.comparingInt(each -> each.ids().length))
                  .toList();
          for (int from = 0; from < size; from += batch) {
            List<Example> together = sorted.subList(from, Math.min(size, from + batch));
            try (Trace trace =
                model.run(
                    Plan.empty().loss(Objective.NEXT.loss()),
                    Batches.micro(together, new Terms(Objective.NEXT, model.architecture()))
                        .inputs())) {
              largest = Math.max(largest, trace.peakBytes());
            }
          }
          assertTrue(largest > 0);
          assertEquals(
              largest,
              Evaluator.peakBytes(model, Objective.NEXT, examples, batch),
              size + " examples by " + batch);
          compared++;
        }
      }
    }
    assertEquals(16, compared);
  }
}
