package vitrine.interp.minimalpairs;

import java.util.ArrayList;
import java.util.List;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Plan;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.Provenance;
import vitrine.interp.minimalpairs.Paradigm.Pair;

/**
 * Asks a model of every pair which sentence it thinks likelier: the good one is to have the larger
 * sum of log-probabilities, which is BLiMP's measure (Warstadt et al. 2020, "simple LM method"). A
 * tie counts as wrong.
 *
 * <p>What it does not tell: why. A sum over a whole sentence also weighs what the sentences do not
 * have in common by accident, and shorter ones are likelier; BLiMP's pairs mostly have as many
 * words.
 */
public final class MinimalPairs {
  private MinimalPairs() {}

  /** Told how many pairs are done. */
  @FunctionalInterface
  public interface Progress {
    void at(int done);
  }

  /**
   * Asks about all pairs.
   *
   * @param source where the model came from, for the record
   * @param batch how many rows go through the model together, at least those of one pair
   * @param version of the program that asks, for the record
   * @throws vitrine.engine.InputException when the model does not predict tokens, or a sentence is
   *     too long for it
   */
  public static MinimalPairsResult run(
      Model model,
      ModelFiles source,
      Tokenizer tokenizer,
      List<Paradigm> paradigms,
      int batch,
      Progress progress,
      String version) {
    Scoring scoring = Scoring.of(model.architecture(), tokenizer);
    List<MinimalPairsResult.Judged> judged = new ArrayList<>();
    int done = 0;
    for (Paradigm paradigm : paradigms) {
      int before = done;
      double[][] scores =
          new Judge(model, scoring, batch, count -> progress.at(before + count)).judge(paradigm);
      judged.add(new MinimalPairsResult.Judged(paradigm, scores[0], scores[1]));
      done += paradigm.pairs().size();
    }
    Plan plan = Plan.of(model.architecture()).loss(scoring.loss());
    return new MinimalPairsResult(
        Provenance.of(source, model, version, plan), scoring.description(), judged);
  }

  /** Goes through one paradigm, batch by batch. */
  private record Judge(Model model, Scoring scoring, int batch, Progress progress) {
    /** The scores of the good sentences, and of the bad ones. */
    double[][] judge(Paradigm paradigm) {
      int pairs = paradigm.pairs().size();
      double[][] scores = new double[2][pairs];
      List<List<Example>> waiting = new ArrayList<>();
      int rows = 0;
      int done = 0;
      for (int index = 0; index < pairs; index++) {
        Pair pair = paradigm.pairs().get(index);
        String where = paradigm.name() + " pair " + (index + 1);
        List<Example> good = scoring.rows(where, pair.good());
        List<Example> bad = scoring.rows(where, pair.bad());
        if (rows > 0 && rows + good.size() + bad.size() > batch) {
          done = put(waiting, done, scores);
          rows = 0;
        }
        waiting.add(good);
        waiting.add(bad);
        rows += good.size() + bad.size();
      }
      put(waiting, done, scores);
      return scores;
    }

    /** Runs what waits; both sentences of a pair in the same batch. */
    private int put(List<List<Example>> waiting, int done, double[][] scores) {
      double[] each = scoring.scores(model, waiting);
      for (int i = 0; i < each.length; i++) {
        scores[i % 2][done + i / 2] = each[i];
      }
      int now = done + each.length / 2;
      waiting.clear();
      progress.at(now);
      return now;
    }
  }
}
