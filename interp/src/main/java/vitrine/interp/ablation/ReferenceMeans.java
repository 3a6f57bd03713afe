package vitrine.interp.ablation;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import vitrine.engine.hooks.Batch;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.interp.io.NumberArray;

/**
 * Means of components' values over all real tokens of reference texts, special ones included, taken
 * in one stream: sums in double, a batch at a time.
 */
final class ReferenceMeans {
  private final Map<Site, double[]> sums = new LinkedHashMap<>();
  private long tokens;

  private ReferenceMeans(Collection<Component> components) {
    components.forEach(each -> sums.putIfAbsent(whole(each), new double[0]));
  }

  /** Where the mean of a component lies. */
  static Path file(Path directory, Component component) {
    return directory.resolve(component + ".npy");
  }

  /** Where a component's value is, with all that it lies among. */
  private static Site whole(Component component) {
    return component.site().whole();
  }

  /**
   * Runs the model over the texts and writes a file for each component, which broadcasts to its
   * site.
   *
   * @param directory there already
   */
  static void write(
      Model model,
      Inputs reference,
      int batch,
      Collection<Component> components,
      Path directory,
      Watch watch) {
    ReferenceMeans means = new ReferenceMeans(components);
    int count = reference.examples().size();
    for (int from = 0; from < count; from += batch) {
      watch.check();
      int to = Math.min(count, from + batch);
      means.add(model, Inputs.batch(reference.examples().subList(from, to)));
    }
    Map<Site, double[]> done = new HashMap<>();
    means.sums.forEach((site, sum) -> {
      double[] mean = sum.clone();
      for (int i = 0; i < mean.length; i++) {
        mean[i] /= means.tokens;
      }
      done.put(site, mean);
    });
    int dHead = model.architecture().dHead();
    for (Component each : components) {
      double[] all = Objects.requireNonNull(done.get(whole(each)));
      NumberArray own =
          switch (each) {
            case Component.Head head ->
                NumberArray.of(part(all, head.head() * dHead, dHead), 1, dHead);
            case Component.Neurons some ->
                NumberArray.of(
                    part(all, some.from(), some.to() - some.from()), some.to() - some.from());
            case Component.Attention _, Component.Mlp _, Component.Block _, Component.Position _ ->
                NumberArray.of(all, all.length);
          };
      own.writeNpy(file(directory, each));
    }
  }

  private static double[] part(double[] all, int from, int length) {
    return Arrays.copyOfRange(all, from, from + length);
  }

  private void add(Model model, Inputs inputs) {
    Plan plan = Plan.of(model.architecture()).read(sums.keySet().toArray(Site[]::new));
    try (Trace trace = model.run(plan, inputs)) {
      Batch batch = trace.batch();
      for (Trace.Read read : trace.reads()) {
        float[] values = read.value().toArray();
        int width = values.length / (batch.batch() * batch.length());
        double[] sum =
            sums.computeIfPresent(
                read.site(), (_, old) -> old.length == 0 ? new double[width] : old);
        add(values, batch, Objects.requireNonNull(sum));
      }
      tokens += real(batch);
    }
  }

  private static void add(float[] values, Batch batch, double[] sum) {
    for (int row = 0; row < batch.batch() * batch.length(); row++) {
      if (batch.real(row / batch.length(), row % batch.length())) {
        for (int i = 0; i < sum.length; i++) {
          sum[i] += values[row * sum.length + i];
        }
      }
    }
  }

  private static long real(Batch batch) {
    long count = 0;
    for (int b = 0; b < batch.batch(); b++) {
      for (int t = 0; t < batch.length(); t++) {
        count += batch.real(b, t) ? 1 : 0;
      }
    }
    return count;
  }
}
