package vitrine.bench.sweeps;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import vitrine.bench.RandomModels;
import vitrine.bench.Stats;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.LogitRows;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.models.Prefix;
import vitrine.engine.models.Sweep;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;

/** {@code bench/sweeps}: the cost of a sweep of heads, side by side with loops. */
@Command(
    name = "sweeps",
    description = "Every head switched off over some texts: a sweep, full runs, PyTorch's hooks.")
public final class Sweeps implements Runnable {
  private static final long BYTES = 4L << 30;

  @Option(
      names = "--work",
      required = true,
      description = "Where models with random weights are made, or are already.")
  private Path work = Path.of("");

  @Option(names = "--threads", description = "2 if not given.")
  private int threads = 2;

  @Option(names = "--rounds", description = "Sweep and loop in turns; 3 if not given.")
  private int rounds = 3;

  @Option(names = "--texts", description = "How many; 32 if not given.")
  private int texts = 32;

  @Option(names = "--tokens", description = "Of each; 64 if not given.")
  private int tokens = 64;

  @Option(names = "--batch", description = "Texts that run together; 8 if not given.")
  private int batch = 8;

  @Option(names = "--heads", description = "Of each layer only so many; all if not given.")
  private int heads = RandomModels.HEADS;

  @Option(names = "--variants", description = "That run together; 4 if not given.")
  private int variants = 4;

  @Option(names = "--python", description = "An interpreter with PyTorch; none if not given.")
  private @Nullable Path python;

  @Option(
      names = "--python-texts",
      description = "PyTorch's loop is run over so many and its time taken times the rest; 4.")
  private int pythonTexts = 4;

  /**
   * One way to do it.
   *
   * @param wall milliseconds
   * @param busy milliseconds of processors
   * @param values what was measured, variant by variant and text by text
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by hand
  private record Run(double wall, double busy, float[] values) {}

  /** What is done once with a model. */
  private interface Way {
    float[] values();
  }

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Sweeps()).execute(arguments));
  }

  @Override
  public void run() {
    try (Kernels kernels = Backends.open("auto", threads, note -> System.err.println(note))) {
      compare(kernels, RandomModels.bert(work), Head.NONE);
      compare(kernels, RandomModels.gpt2(work), Head.LANGUAGE);
    }
  }

  private void compare(Kernels kernels, Path directory, Head head) {
    try (ModelFiles files = ModelFiles.open(directory);
        Model model = ModelLoader.load(files, Optional.of(head), kernels, note -> {})) {
      List<Inputs> batches = batches(model.architecture().vocabulary());
      List<Plan> plans = plans(model);
      List<Plan> few = plans.stream().filter(each -> plans.indexOf(each) % 24 == 0).toList();
      same(sweep(model, batches, few), loop(model, batches, few)); // warms up
      List<Run> sweeps = new ArrayList<>();
      List<Run> loops = new ArrayList<>();
      List<Double> hooks = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        if (round % 2 == 0) { // who goes first has the machine's better or worse half
          sweeps.add(timed(() -> sweep(model, batches, plans)));
          loops.add(timed(() -> loop(model, batches, plans)));
        } else {
          loops.add(timed(() -> loop(model, batches, plans)));
          sweeps.add(timed(() -> sweep(model, batches, plans)));
        }
        same(sweeps.getLast().values(), loops.getLast().values());
        if (python != null) {
          hooks.add(hooks(python, directory, batches));
        }
      }
      report(directory.getFileName() + ", " + head.label(), plans.size(), sweeps, loops);
      if (!hooks.isEmpty()) {
        report(sweeps, hooks);
      }
    }
  }

  private static void same(float[] sweep, float[] loop) {
    if (!Arrays.equals(sweep, loop)) {
      throw new IllegalStateException("sweeps: the results differ; expected equal bits");
    }
  }

  /** The milliseconds of PyTorch's loop over all texts, from those of a few. */
  private double hooks(Path python, Path directory, List<Inputs> batches) {
    List<int[]> some = ids(batches).subList(0, Math.min(pythonTexts, texts));
    double taken = new PythonHooks(python, threads).milliseconds(directory, some, heads);
    return taken * texts / some.size();
  }

  private static List<int[]> ids(List<Inputs> batches) {
    return batches.stream().flatMap(each -> each.examples().stream()).map(Example::ids).toList();
  }

  private void report(String what, int plans, List<Run> sweeps, List<Run> loops) {
    print(
        "%s: %d variants of %d texts of %d tokens, %d at once", what, plans, texts, tokens, batch);
    print("  sweep     %s", span(sweeps.stream().map(each -> each.wall() / 1000)));
    print("  full runs %s", span(loops.stream().map(each -> each.wall() / 1000)));
    print(
        "  sweep by full runs %.3f, of processor time %.3f; all results equal",
        median(sweeps, Run::wall) / median(loops, Run::wall),
        median(sweeps, Run::busy) / median(loops, Run::busy));
  }

  private void report(List<Run> sweeps, List<Double> hooks) {
    print(
        "  PyTorch's hooks at batch 1, %d of the texts, times %.0f: %s",
        Math.min(pythonTexts, texts),
        (double) texts / Math.min(pythonTexts, texts),
        span(hooks.stream().map(each -> each / 1000)));
    double middle = Stats.median(hooks.stream().mapToDouble(Double::doubleValue).toArray());
    print("  PyTorch's hooks by sweep %.1f", middle / median(sweeps, Run::wall));
  }

  private static double median(List<Run> runs, ToDoubleFunction<Run> part) {
    return Stats.median(runs.stream().mapToDouble(part).toArray());
  }

  private static String span(Stream<Double> seconds) {
    double[] all = seconds.mapToDouble(Double::doubleValue).sorted().toArray();
    return String.format(
        Locale.ROOT, "%.1f s (%.1f to %.1f)", Stats.median(all), all[0], all[all.length - 1]);
  }

  @SuppressWarnings("AnnotateFormatMethod") // private, and each use is above
  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }

  private static Run timed(Way way) {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long busy = system.getProcessCpuTime();
    long start = System.nanoTime();
    float[] values = way.values();
    long wall = System.nanoTime() - start;
    return new Run(wall / 1e6, (system.getProcessCpuTime() - busy) / 1e6, values);
  }

  private List<Inputs> batches(int vocabulary) {
    SplittableRandom random = new SplittableRandom(7);
    List<Example> all =
        IntStream.range(0, texts)
            .mapToObj(i -> Example.of(random.ints(tokens, 1000, vocabulary - 1000).toArray()))
            .toList();
    List<Inputs> batches = new ArrayList<>();
    for (int from = 0; from < texts; from += batch) {
      batches.add(Inputs.batch(all.subList(from, Math.min(texts, from + batch))));
    }
    return batches;
  }

  /** Each head off; of an encoder the first position's last state is read, of GPT-2 the logits. */
  private List<Plan> plans(Model model) {
    List<Plan> plans = new ArrayList<>();
    int layers = model.architecture().layers();
    for (int layer = 0; layer < layers; layer++) {
      for (int head = 0; head < heads; head++) {
        Plan plan = Plan.of(model.architecture()).edit(Site.z(layer).head(head), Edit.zero());
        plans.add(
            model.architecture().head() == Head.NONE
                ? plan.read(Site.residPost(layers - 1).position(0))
                : plan);
      }
    }
    return plans;
  }

  /** The number of a text: the first of its state, or one logit of its last position. */
  private static void take(float[] all, int width, float[] to, int at, int count) {
    for (int text = 0; text < count; text++) {
      to[at + text] = all[text * width];
    }
  }

  private float[] sweep(Model model, List<Inputs> batches, List<Plan> plans) {
    float[] values = new float[plans.size() * texts];
    int first = 0;
    for (Inputs inputs : batches) {
      int count = inputs.examples().size();
      int from = first;
      try (Prefix prefix = model.prefix(inputs)) {
        boolean encodes = model.architecture().head() == Head.NONE;
        Sweep sweep =
            encodes ? prefix.sweep(plans) : prefix.sweep(plans, LogitRows.last(prefix.batch()));
        sweep.run(
            new Sweep.Limits(BYTES, variants),
            outcome -> {
              float[] found =
                  encodes
                      ? outcome.trace().reads().getFirst().value().toArray()
                      : Objects.requireNonNull(outcome.logits()).toArray();
              take(found, found.length / count, values, outcome.variant() * texts + from, count);
            });
      }
      first += count;
    }
    return values;
  }

  private float[] loop(Model model, List<Inputs> batches, List<Plan> plans) {
    float[] values = new float[plans.size() * texts];
    int first = 0;
    for (Inputs inputs : batches) {
      int count = inputs.examples().size();
      for (int variant = 0; variant < plans.size(); variant++) {
        Plan plan = plans.get(variant);
        Plan whole = plan.reads().isEmpty() ? plan.read(Site.logits().position(tokens - 1)) : plan;
        try (Trace trace = model.run(whole, inputs)) {
          float[] found = trace.reads().getFirst().value().toArray();
          take(found, found.length / count, values, variant * texts + first, count);
        }
      }
      first += count;
    }
    return values;
  }
}
