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
import java.util.stream.IntStream;
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
      List<Run> sweeps = new ArrayList<>();
      List<Run> loops = new ArrayList<>();
      for (int round = 0; round <= rounds; round++) {
        Run sweep = timed(() -> sweep(model, batches, plans));
        Run loop = timed(() -> loop(model, batches, plans));
        if (!Arrays.equals(sweep.values(), loop.values())) {
          throw new IllegalStateException("sweeps: the results differ; expected equal bits");
        }
        if (round > 0) { // the first warms up
          sweeps.add(sweep);
          loops.add(loop);
        }
      }
      report(directory.getFileName() + ", " + head.label(), plans.size(), sweeps, loops);
      if (python != null) {
        double hooks =
            new PythonHooks(python, threads)
                    .milliseconds(
                        directory, ids(batches).subList(0, Math.min(pythonTexts, texts)), heads)
                * ((double) texts / Math.min(pythonTexts, texts));
        print(
            "  PyTorch's hooks, batch 1: %.0f ms for all texts; %.1f times the sweep",
            hooks, hooks / Stats.median(sweeps.stream().mapToDouble(Run::wall).toArray()));
      }
    }
  }

  private static List<int[]> ids(List<Inputs> batches) {
    return batches.stream().flatMap(each -> each.examples().stream()).map(Example::ids).toList();
  }

  private void report(String what, int plans, List<Run> sweeps, List<Run> loops) {
    double[] sweep = sweeps.stream().mapToDouble(Run::wall).toArray();
    double[] loop = loops.stream().mapToDouble(Run::wall).toArray();
    double[] sweepBusy = sweeps.stream().mapToDouble(Run::busy).toArray();
    double[] loopBusy = loops.stream().mapToDouble(Run::busy).toArray();
    print(
        "%s: %d variants of %d texts of %d tokens, %d at once", what, plans, texts, tokens, batch);
    print(
        "  sweep %.0f ms, full runs %.0f ms: %.3f of them; processor time %.3f; all results equal",
        Stats.median(sweep),
        Stats.median(loop),
        Stats.median(sweep) / Stats.median(loop),
        Stats.median(sweepBusy) / Stats.median(loopBusy));
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
