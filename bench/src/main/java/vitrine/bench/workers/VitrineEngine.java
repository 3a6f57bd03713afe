package vitrine.bench.workers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Tap;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Decoder;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;
import vitrine.kernels.Tensor;

/** This engine, used as a program that embeds it would. */
final class VitrineEngine implements Engine {
  private final ModelFiles files;
  private final Kernels kernels;
  private final Model model;

  private VitrineEngine(ModelFiles files, Kernels kernels, Model model) {
    this.files = files;
    this.kernels = kernels;
    this.model = model;
  }

  static VitrineEngine open(Path directory, Task task, int threads, Precision weights) {
    ModelFiles files = ModelFiles.open(directory);
    // Not auto: measured is what was meant to be measured.
    Kernels kernels = Backends.open("simd", threads, System.err::println);
    Head head =
        switch (files.config().path("model_type").asString()) {
          case "gpt2" -> Head.LANGUAGE;
          default -> task == Task.FORWARD ? Head.NONE : Head.MASKED;
        };
    Model model = ModelLoader.load(files, Optional.of(head), kernels, System.err::println, weights);
    return new VitrineEngine(files, kernels, model);
  }

  @Override
  public String version() {
    return kernels.description();
  }

  @Override
  public Job prepare(Work work) {
    return switch (work) {
      case Work.Forward forward -> forward(forward);
      case Work.Reading reading -> reading(reading);
      case Work.Decode decode -> new Decoding(decode);
      case Work.Gradient gradient ->
          new Running(
              Plan.empty().loss(isGpt2() ? Loss.next() : Loss.labels()).gradient(Site.embed()),
              inputs(gradient.ids(), gradient.labels()),
              trace -> trace.gradient(Site.embed()));
      case Work.Training training ->
          new VitrineTraining(model, inputs(training.ids(), training.labels()));
    };
  }

  private boolean isGpt2() {
    return model.architecture().head() == Head.LANGUAGE;
  }

  private Job forward(Work.Forward forward) {
    if (forward.rows() == Work.Rows.LAST) {
      return new Prefilling(forward.ids()[0]);
    }
    Site site = out();
    return new Running(Plan.empty().read(site), inputs(forward.ids()), trace -> trace.value(site));
  }

  /** The last thing that a forward pass makes. */
  private Site out() {
    return isGpt2() ? Site.logits() : Site.residPost(model.architecture().layers() - 1);
  }

  private Job reading(Work.Reading reading) {
    List<Site> sites =
        reading.sites().equals(List.of("every"))
            ? every(model.architecture())
            : reading.sites().stream().map(Site::parse).toList();
    Plan plan = Plan.empty().read(sites.toArray(Site[]::new));
    // What is compared is from a run that reads it besides.
    return new Running(plan, plan.read(out()), inputs(reading.ids()), trace -> trace.value(out()));
  }

  private static List<Site> every(Architecture architecture) {
    List<Site> sites = new ArrayList<>();
    for (Tap tap : Tap.values()) {
      if (tap.absence(architecture).isEmpty()) {
        sites.add(tap.perBlock() ? Site.of(tap, Layers.ALL) : Site.of(tap));
      }
    }
    return sites;
  }

  private static Inputs inputs(int[][] ids) {
    List<Example> examples = new ArrayList<>();
    for (int[] row : ids) {
      examples.add(Example.of(row));
    }
    return new Inputs(examples);
  }

  private static Inputs inputs(int[][] ids, int[][] labels) {
    List<Example> examples = new ArrayList<>();
    for (int row = 0; row < ids.length; row++) {
      examples.add(Example.of(ids[row]).withLabels(new Labels.Many(labels[row])));
    }
    return new Inputs(examples);
  }

  @Override
  public void close() {
    model.close();
    kernels.close();
    files.close();
  }

  /** Finds what is compared in a trace. */
  private interface Result {
    Tensor of(Trace trace);
  }

  /** Runs of a plan. */
  private final class Running implements Job {
    private final Plan plan;
    private final Plan compared;
    private final Inputs inputs;
    private final Result result;

    Running(Plan plan, Inputs inputs, Result result) {
      this(plan, plan, inputs, result);
    }

    Running(Plan plan, Plan compared, Inputs inputs, Result result) {
      this.plan = plan;
      this.compared = compared;
      this.inputs = inputs;
      this.result = result;
    }

    @Override
    public void writeTo(Output out) {
      try (Trace trace = model.run(compared, inputs)) {
        out.add(result.of(trace));
      }
    }

    @Override
    public double[] time(int repeat) {
      return Job.times(repeat, () -> model.run(plan, inputs).close());
    }
  }

  /** A prompt, as generation takes it in: the logits after its last token. */
  private final class Prefilling implements Job {
    private final int[] ids;

    Prefilling(int[] ids) {
      this.ids = ids;
    }

    private float[] logits() {
      try (Decoder decoder = model.decoder(ids.length)) {
        return decoder.feed(ids);
      }
    }

    @Override
    public void writeTo(Output out) {
      out.add(logits());
    }

    @Override
    public double[] time(int repeat) {
      return Job.times(repeat, this::logits);
    }
  }

  /** Token by token. */
  private final class Decoding implements Job {
    private final Work.Decode work;

    Decoding(Work.Decode work) {
      this.work = work;
    }

    private Decoder filled() {
      Decoder decoder = model.decoder(work.context().length + work.next().length);
      decoder.feed(work.context());
      return decoder;
    }

    @Override
    public void writeTo(Output out) {
      try (Decoder decoder = filled()) {
        for (int id : work.next()) {
          out.add(decoder.feed(id));
        }
      }
    }

    @Override
    public double[] time(int repeat) {
      double[] times = new double[repeat];
      Decoder decoder = filled();
      try {
        for (int i = 0; i < repeat; i++) {
          int step = i % work.next().length;
          if (step == 0 && i > 0) {
            decoder.close();
            decoder = filled();
          }
          long start = System.nanoTime();
          decoder.feed(work.next()[step]);
          times[i] = (System.nanoTime() - start) / 1e6;
        }
      } finally {
        decoder.close();
      }
      return times;
    }
  }
}
