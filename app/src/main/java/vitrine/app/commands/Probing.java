package vitrine.app.commands;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.ProgressBar;
import vitrine.engine.data.TooLong;
import vitrine.engine.hooks.Site;
import vitrine.engine.models.Model;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.probe.layers.LayerProbes;
import vitrine.interp.probe.layers.LayerScores;
import vitrine.interp.probe.layers.ProbedRows;
import vitrine.interp.probe.structure.Structure;
import vitrine.interp.probe.structure.Tree;
import vitrine.interp.rows.LayerRows;
import vitrine.interp.rows.Pooling;
import vitrine.interp.rows.Reader;
import vitrine.interp.rows.Reading;
import vitrine.interp.rows.Unit;

/**
 * How a model's layers are read for probes, and its progress told; the same for one model after the
 * other.
 */
record Probing(
    Common common,
    Tokenizer tokenizer,
    List<Site> sites,
    Unit unit,
    Pooling pooling,
    TooLong tooLong,
    Path scratch,
    Console console) {
  /**
   * What structural probes came to.
   *
   * @param test the trees that scores are of
   * @param trained how many trees probes were fitted to
   * @param dropped how many trees were left out
   */
  record OfTrees(Structure.Layers layers, List<Tree> test, int trained, int dropped) {}

  /** Probes for labels: all that are asked for, on the same rows. */
  List<LayerScores> labels(
      Model model, String prefix, ProbedTask.Pair task, List<LayerProbes.Spec> specs) {
    Reader reader = new Reader("probe", model, sites);
    ProgressBar bar = new ProgressBar(console);
    int first = task.train().texts().size();
    int count = first + task.test().texts().size();
    try (ProbedRows train =
            ProbedRows.read(
                reader, reading(model), task.train(), scratch, texts(bar, prefix, 0, count));
        ProbedRows test =
            ProbedRows.read(
                reader, reading(model), task.test(), scratch, texts(bar, prefix, first, count))) {
      requireMemory(train.rows(), test.rows(), common.threads());
      List<LayerScores> all = new ArrayList<>();
      for (LayerProbes.Spec spec : specs) {
        all.add(
            LayerProbes.run(
                spec,
                train,
                test,
                () -> common.openKernels(1, console::note),
                layers(bar, prefix, reader)));
      }
      return all;
    } finally {
      bar.end();
    }
  }

  /** Structural probes. */
  OfTrees trees(Model model, String prefix, ProbedTask.Trees trees, Structure.Spec spec) {
    Reader reader = new Reader("probe", model, sites);
    ProgressBar bar = new ProgressBar(console);
    int first = trees.train().size();
    int all = first + trees.test().size();
    try (Structure.Rows train =
            Structure.Rows.read(
                reader,
                reading(model),
                trees.operand(),
                trees.train(),
                scratch,
                texts(bar, prefix, 0, all));
        Structure.Rows test =
            Structure.Rows.read(
                reader,
                reading(model),
                trees.testOperand(),
                trees.test(),
                scratch,
                texts(bar, prefix, first, all))) {
      return new OfTrees(
          Structure.run(
              spec,
              train,
              test,
              () -> common.openKernels(1, console::note),
              layers(bar, prefix, reader)),
          test.trees(),
          train.trees().size(),
          train.dropped() + test.dropped());
    } finally {
      bar.end();
    }
  }

  private Reading reading(Model model) {
    return new Reading("probe", tokenizer, model.architecture(), unit, pooling, tooLong);
  }

  /** Of the widest layers that are trained at once. */
  private static void requireMemory(LayerRows train, LayerRows test, int threads) {
    long widest = 0;
    for (int layer = 0; layer < train.names().size(); layer++) {
      widest = Math.max(widest, train.width(layer));
    }
    Memory.require(
        "probe",
        widest
            * Float.BYTES
            * ((long) train.rows() + test.rows())
            * Math.min(threads, train.names().size()),
        Memory.available(),
        "Use fewer --threads, or --limit the texts");
  }

  private static IntConsumer texts(ProgressBar bar, String prefix, int before, int all) {
    return done -> show(bar, prefix + "texts", before + done, all);
  }

  private static IntConsumer layers(ProgressBar bar, String prefix, Reader reader) {
    int count = reader.names().size();
    show(bar, prefix + "layers", 0, count);
    return done -> show(bar, prefix + "layers", done, count);
  }

  private static synchronized void show(ProgressBar bar, String what, int done, int of) {
    bar.show(done / (double) of, () -> "%s %d of %d".formatted(what, done, of));
  }
}
