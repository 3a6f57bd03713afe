package vitrine.interp.lens;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.StoredValues;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.LogitRows;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.models.Prefix;
import vitrine.engine.models.Sweep;
import vitrine.interp.Provenance;
import vitrine.interp.Texts;

/**
 * The logit lens (nostalgebraist 2020): the stream of every block, put in the place of the last
 * one's, goes through all that follows the blocks: of GPT-2 the final LayerNorm and the
 * unembedding, of BERT the masked-word head.
 *
 * <p>What it does not tell: what the model knows by then. Early streams are written for later
 * blocks, not for the output, and may say something in a form that it cannot read.
 */
public final class Lens {
  /** Numbers of the logits of one depth that are looked at together. */
  private static final int AT_ONCE = 1 << 25;

  private Lens() {}

  /**
   * Reads the streams of some texts, one text after the other.
   *
   * @param source where the model came from, for the record
   * @param spelling of a token's id, for people
   * @param version of the program that asks, for the record
   * @throws vitrine.engine.InputException when the model scores no vocabulary or has no such layer
   */
  public static LensResult run(
      Model model,
      ModelFiles source,
      Texts texts,
      LensSpec spec,
      IntFunction<String> spelling,
      String version) {
    Architecture architecture = model.architecture();
    Plan plan = spec.plan(architecture);
    List<LensResult.OfText> found = new ArrayList<>();
    for (int text = 0; text < texts.count(); text++) {
      Example example = texts.inputs().examples().get(text);
      found.add(text(model, plan, example, texts.tokens().get(text), spec));
    }
    return new LensResult(
        Provenance.of(source, model, version, plan),
        spec,
        spec.depths(architecture),
        found,
        spelling);
  }

  private static LensResult.OfText text(
      Model model, Plan plan, Example example, List<String> tokens, LensSpec spec) {
    Architecture architecture = model.architecture();
    Site last = Site.residPost(architecture.layers() - 1);
    StoredValues stored = new StoredValues();
    List<Plan> plans = new ArrayList<>();
    plans.add(Plan.of(architecture)); // the model as it is
    try (Trace trace = model.run(plan, Inputs.of(example))) {
      for (Site depth : spec.depths(architecture)) {
        Path name = Path.of("lens", depth.toString());
        stored.keep(name, last, trace.value(depth));
        plans.add(Plan.of(architecture).edit(last, Edit.from(name)));
      }
    }
    int T = example.ids().length;
    int rows = Math.max(1, AT_ONCE / architecture.vocabulary());
    LensResult.Cell[][] cells = new LensResult.Cell[plans.size() - 1][T];
    int[] chosen = new int[T];
    try (Prefix prefix = model.prefix(Inputs.of(example), architecture.layers() - 1)) {
      int[] real = IntStream.range(0, T).filter(t -> prefix.batch().real(0, t)).toArray();
      for (int first = 0; first < real.length; first += rows) {
        int[] positions = Arrays.copyOfRange(real, first, Math.min(real.length, first + rows));
        Sweep sweep = prefix.sweep(plans, LogitRows.of(positions), stored);
        new Rows(example, positions, spec, architecture.vocabulary(), cells, chosen)
            .read(sweep, plans.size());
      }
    }
    return new LensResult.OfText(example, tokens, chosen, cells);
  }

  /** Some positions of one text, at every depth. */
  private static final class Rows {
    private final Example example;
    private final int[] positions;
    private final LensSpec spec;
    private final int vocabulary;
    private final LensResult.Cell[][] cells;
    private final int[] chosen;

    Rows(
        Example example,
        int[] positions,
        LensSpec spec,
        int vocabulary,
        LensResult.Cell[][] cells,
        int[] chosen) {
      this.example = example;
      this.positions = positions;
      this.spec = spec;
      this.vocabulary = vocabulary;
      this.cells = cells;
      this.chosen = chosen;
    }

    void read(Sweep sweep, int plans) {
      float[][] logits = new float[plans][];
      sweep.run(
          new Sweep.Limits(spec.bytes(), Integer.MAX_VALUE),
          outcome -> {
            float[] own = Objects.requireNonNull(outcome.logits()).toArray();
            if (outcome.variant() == 0 || logits[0] == null) {
              logits[outcome.variant()] = own; // depths wait for the whole model
            } else {
              depth(outcome.variant() - 1, own, logits[0]);
            }
          });
      for (int variant = 1; variant < plans; variant++) {
        float[] waited = logits[variant];
        if (waited != null) {
          depth(variant - 1, waited, logits[0]);
        }
      }
    }

    private void depth(int depth, float[] logits, float[] whole) {
      for (int i = 0; i < positions.length; i++) {
        Readout end = new Readout(whole, i, vocabulary);
        Readout here = new Readout(logits, i, vocabulary);
        int t = positions[i];
        chosen[t] = chosen(end, t);
        cells[depth][t] =
            new LensResult.Cell(
                followed(here, chosen[t]),
                spec.watched().stream().map(id -> followed(here, id)).toList(),
                IntStream.of(here.top(spec.top())).mapToObj(id -> followed(here, id)).toList(),
                here.entropy(),
                end.divergence(here));
      }
    }

    /** At the end of a text there is no next token: what the model ranks first is followed then. */
    private int chosen(Readout end, int t) {
      return switch (spec.chosen()) {
        case Chosen.Predicted _ -> end.top(1)[0];
        case Chosen.Next _ -> t + 1 < example.ids().length ? example.ids()[t + 1] : end.top(1)[0];
        case Chosen.Token(int id) -> id;
      };
    }

    private static LensResult.Followed followed(Readout here, int id) {
      return new LensResult.Followed(id, here.rank(id), here.probability(id), here.logit(id));
    }
  }
}
