package vitrine.engine.hooks;

import java.util.List;
import java.util.stream.IntStream;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;

/**
 * Several plans over one batch that pass through the layers as one batch of V*B rows.
 *
 * <p>Each has a run of its own over the B rows. Where its plan asks for something, it gets its rows
 * as that run would have them alone, and they are put back as it leaves them; so an edit means what
 * it means alone, and so do examples, padding, noise and files. Where no plan asks, nothing is
 * copied and nothing is taken apart.
 *
 * <p>To the bit the results are those of each run alone if all plans take apart the same steps
 * ({@link CompiledPlan#apart}).
 */
public final class Variants {
  private final List<Run> runs;
  private final int rows;

  /**
   * @param runs over the same batch, on one workspace; forward only
   */
  public Variants(List<Run> runs) {
    this.runs = List.copyOf(runs);
    this.rows = runs.getFirst().batch().batch();
  }

  /**
   * All of them as one.
   *
   * @param nothing a plan that asks for nothing
   */
  public Run together(CompiledPlan nothing) {
    Run first = runs.getFirst();
    return new Run(
        first.kernels(), first.workspace(), nothing, first.batch().repeated(runs.size()), this);
  }

  /**
   * A run on the same memory in which nobody asks for anything.
   *
   * @param together of {@link #together}
   */
  public Run untapped(Run together) {
    return new Run(
        together.kernels(),
        together.workspace(),
        together.plan(),
        together.batch(),
        together.mask());
  }

  boolean taps(Tap tap, int layer) {
    return runs.stream().anyMatch(run -> run.taps(tap, layer));
  }

  /**
   * @param value of the tap's shape for V*B rows
   */
  Tensor tap(Run together, Tap tap, int layer, Tensor value) {
    Tensor current = value;
    for (int variant = 0; variant < runs.size(); variant++) {
      Run run = runs.get(variant);
      Actions actions = run.actions(tap, layer);
      if (actions == null) {
        continue;
      }
      Tensor before = rows(run, variant, current);
      Tensor after = run.tap(tap, layer, before);
      if (!actions.edits().isEmpty()) {
        current = together.writable(current);
        run.kernels().assign(current, region(variant, current.shape()), after);
      }
      run.releaseUnless(before, after);
      run.release(after);
    }
    return current;
  }

  /**
   * A copy of one variant's rows.
   *
   * @param of its first axis counts all rows
   */
  public Tensor rows(int variant, Tensor of) {
    return rows(runs.get(variant), variant, of);
  }

  private Tensor rows(Run run, int variant, Tensor of) {
    Region region = region(variant, of.shape());
    Tensor part = run.allocate(region.shape(of.shape()));
    run.kernels().slice(of, region, part);
    return part;
  }

  private Region region(int variant, Shape shape) {
    int first = variant * rows;
    return Region.all(shape.rank()).with(0, IntStream.range(first, first + rows).toArray());
  }
}
