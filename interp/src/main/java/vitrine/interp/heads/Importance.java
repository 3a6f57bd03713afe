package vitrine.interp.heads;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.interp.PlannedRun;
import vitrine.interp.Provenance;
import vitrine.interp.Texts;
import vitrine.interp.io.Json;
import vitrine.interp.io.NumberArray;
import vitrine.interp.metrics.Asks;
import vitrine.interp.pictures.Bars;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.Resampling;
import vitrine.interp.stats.Sample;

/**
 * How much the loss depends on each head (Michel, Levy and Neubig 2019, "Are Sixteen Heads Really
 * Better than One?", section 4.1). Each head's output is thought of as multiplied by a mask xi,
 * which is 1; then
 *
 * <pre>
 *   dL/dxi = sum over positions and head dimensions of z . dL/dz
 *   importance = mean over examples x of |dL(x)/dxi|
 *   normalised = importance / sqrt(sum over the heads of its layer of importance^2)
 * </pre>
 *
 * <p>The size is taken of each example's own loss and then averaged, as the paper writes it. (Taken
 * of a batch's summed loss, or of a running sum, examples of opposite signs would cancel.) One
 * backward pass serves a batch: its rows do not touch each other, so the gradient of the batch's
 * loss is each example's, times what the example counts in it.
 *
 * <p>What it does not tell: what happens when a head is gone. It is the slope where the mask is 1;
 * a head whose attention is saturated, or that another one stands in for, can be needed without a
 * slope, and the other way round. {@code vitrine ablate} takes heads away.
 */
public final class Importance {
  /** Mean over examples of |dL/dxi|. */
  public static final String RAW = "importance";

  /** The same over its L2 norm in the layer. */
  public static final String NORMALISED = "normalised";

  /** Mean over examples of dL/dxi: negative where more of the head makes the loss smaller. */
  public static final String SIGNED = "signed";

  /**
   * How many texts run at once; numbers depend on it through rounding alone, and results say it.
   */
  public static final int AT_ONCE = 8;

  private static final int MOST_BARS = 12;
  private static final Quantity OF_LOSS = Quantity.of("|dL/dxi|");

  private Importance() {}

  /**
   * What has to be read and differentiated.
   *
   * @throws InputException when the model has no such loss
   */
  public static Plan plan(Architecture model, Loss loss, long seed) {
    return Plan.of(model)
        .read(Site.z(Layers.ALL))
        .loss(loss)
        .gradient(Site.z(Layers.ALL))
        .seed(seed);
  }

  /**
   * The texts that the loss asks something of, as they run: {@link #AT_ONCE} at a time.
   *
   * @throws InputException when it asks nothing of any
   */
  public static List<Inputs> batches(Inputs inputs, Architecture model, Loss loss) {
    List<Example> all = inputs.examples();
    return asked(inputs, model, loss).stream()
        .map(places -> Inputs.batch(places.stream().map(all::get).toList()))
        .toList();
  }

  /** The places of those texts, in order. */
  private static List<List<Integer>> asked(Inputs inputs, Architecture model, Loss loss) {
    List<Integer> asked =
        IntStream.range(0, inputs.examples().size())
            .filter(text -> Asks.anything(loss, model, inputs.examples().get(text)))
            .boxed()
            .toList();
    if (asked.isEmpty()) {
      throw new InputException(
          "heads: --loss %s: asks nothing of any of these texts; expected one that it does. Give longer texts, or labels"
              .formatted(loss));
    }
    List<List<Integer>> portions = new ArrayList<>();
    for (int from = 0; from < asked.size(); from += AT_ONCE) {
      portions.add(asked.subList(from, Math.min(from + AT_ONCE, asked.size())));
    }
    return portions;
  }

  /**
   * Runs the model forward and backward once over all texts.
   *
   * @param source where the model came from, for the record
   * @param seed decides the bootstrap's draws
   * @param version of the program that asks, for the record
   * @throws InputException when the model has no such loss, or the loss asks nothing of any text
   */
  public static HeadsResult run(
      Model model, ModelFiles source, Texts texts, Loss loss, long seed, String version) {
    Architecture architecture = model.architecture();
    Plan plan = plan(architecture, loss, seed);
    List<Inputs> batches = batches(texts.inputs(), architecture, loss);
    List<double[]> slopes = slopes(model, plan, batches);
    int asked = slopes.size();
    Provenance provenance = Provenance.of(source, model, version, plan);
    List<Measure> measures = measures(architecture, slopes, Resampling.seeded(seed));
    ObjectNode more = Json.object();
    more.put("loss", loss.toString());
    more.put("examples", asked);
    more.put("left_out", texts.count() - asked);
    more.set("texts", texts.json());
    more.set("portions", portions(asked(texts.inputs(), architecture, loss)));
    return new HeadsResult(
        "importance",
        "How much the loss of " + provenance.model() + " depends on each head",
        provenance,
        batches.stream().map(batch -> new PlannedRun(plan, batch.examples())).toList(),
        noted(measures, texts.count() - asked),
        List.of(bars(measures.getFirst())),
        more,
        arrays(architecture, slopes));
  }

  /** Which texts ran together, by their places: {@code [[0,1,..],[8,..]]}. */
  private static ArrayNode portions(List<List<Integer>> places) {
    ArrayNode portions = Json.array();
    for (List<Integer> together : places) {
      portions.add(Json.array(together.stream().mapToInt(Integer::intValue).toArray()));
    }
    return portions;
  }

  /**
   * Mean over examples of |dL/dxi|, the numbers of {@link #RAW} alone, (L*H).
   *
   * @throws InputException when the model has no such loss, or the loss asks nothing of any text
   */
  public static double[] sizes(Model model, Inputs inputs, Loss loss) {
    Architecture architecture = model.architecture();
    List<double[]> slopes =
        slopes(model, plan(architecture, loss, 0), batches(inputs, architecture, loss));
    return IntStream.range(0, architecture.layers() * architecture.heads())
        .mapToDouble(head ->
            Sample.mean(slopes.stream().mapToDouble(each -> Math.abs(each[head])).toArray()))
        .toArray();
  }

  /** dL/dxi of every head for each example, (L*H) each. */
  private static List<double[]> slopes(Model model, Plan plan, List<Inputs> batches) {
    List<double[]> slopes = new ArrayList<>();
    for (Inputs batch : batches) {
      try (Trace trace = model.run(plan, batch)) {
        slopes.addAll(slopes(trace, model.architecture()));
      }
    }
    return slopes;
  }

  /** The same of one batch. */
  private static List<double[]> slopes(Trace trace, Architecture architecture) {
    int H = architecture.heads();
    int K = architecture.dHead();
    int B = trace.batch().batch();
    int T = trace.batch().length();
    double[][] slopes = new double[B][architecture.layers() * H];
    for (int layer = 0; layer < architecture.layers(); layer++) {
      float[] z = trace.value(Site.z(layer)).toArray();
      float[] dZ = trace.gradient(Site.z(layer)).toArray();
      for (int i = 0; i < z.length; i++) {
        slopes[i / (T * H * K)][layer * H + i / K % H] += (double) z[i] * dZ[i];
      }
    }
    List<double[]> asked = new ArrayList<>();
    for (int b = 0; b < B; b++) {
      double weight = trace.exampleLosses().get(b).weight();
      if (weight != 0) {
        asked.add(Arrays.stream(slopes[b]).map(slope -> slope / weight).toArray());
      }
    }
    return asked;
  }

  private static List<Measure> measures(
      Architecture architecture, List<double[]> slopes, Resampling resampling) {
    int H = architecture.heads();
    List<Interval> raw = new ArrayList<>();
    List<Interval> normalised = new ArrayList<>();
    List<Interval> signed = new ArrayList<>();
    for (int layer = 0; layer < architecture.layers(); layer++) {
      double[][] sizes = new double[H][];
      for (int head = 0; head < H; head++) {
        int place = layer * H + head;
        double[] own = slopes.stream().mapToDouble(each -> each[place]).toArray();
        sizes[head] = slopes.stream().mapToDouble(each -> Math.abs(each[place])).toArray();
        raw.add(resampling.mean(sizes[head]));
        signed.add(resampling.mean(own));
      }
      for (int head = 0; head < H; head++) {
        int of = head;
        normalised.add(resampling.of(slopes.size(), units -> share(sizes, of, units)));
      }
    }
    return List.of(
        new Measure(
            RAW,
            OF_LOSS,
            Caption.of(
                "Importance of each head",
                "Each cell is a head: dark ones change the loss most when there is a little less of"
                    + " them."),
            Measure.Range.FROM_ZERO,
            H,
            raw),
        new Measure(
            NORMALISED,
            Quantity.of("|dL/dxi| over the layer's L2 norm"),
            Caption.of(
                "Importance of each head within its layer",
                "Each cell is a head: the squares of a row add up to 1."),
            Measure.Range.SHARE,
            H,
            normalised),
        new Measure(
            SIGNED,
            Quantity.of("dL/dxi"),
            Caption.of(
                "Slope of the loss along each head",
                "Each cell is a head: below 0, more of the head makes the loss smaller."),
            Measure.Range.SIGNED,
            H,
            signed));
  }

  /** NaN in a layer that the loss does not depend on at all. */
  private static double share(double[][] sizes, int head, int[] units) {
    double squares = 0;
    double own = 0;
    for (int h = 0; h < sizes.length; h++) {
      double sum = 0;
      for (int unit : units) {
        sum += sizes[h][unit];
      }
      squares += sum * sum;
      own = h == head ? sum : own;
    }
    return own / Math.sqrt(squares);
  }

  private static List<Measure> noted(List<Measure> measures, int leftOut) {
    if (leftOut == 0) {
      return measures;
    }
    String note = leftOut + " texts are left out: the loss asks nothing of them.";
    return measures.stream()
        .map(measure ->
            new Measure(
                measure.key(),
                measure.quantity(),
                measure.caption().note(note),
                measure.range(),
                measure.heads(),
                measure.values()))
        .toList();
  }

  private static Picture bars(Measure raw) {
    List<Integer> order =
        IntStream.range(0, raw.values().size())
            .boxed()
            .sorted(Comparator.comparingDouble(head -> -raw.values().get(head).estimate()))
            .limit(MOST_BARS)
            .toList();
    int n = raw.values().getFirst().n();
    return new Bars(
        Caption.of(
                "The most important heads",
                "The longer a bar, the more the loss changes when there is a little less of the head.")
            .note(
                n == 1
                    ? "Of one text."
                    : "Means over %d texts, with 95%% bootstrap intervals over texts."
                        .formatted(n)),
        Quantity.of("head"),
        OF_LOSS,
        order.stream()
            .map(head ->
                Bars.Bar.of(
                    "%d.%d".formatted(head / raw.heads(), head % raw.heads()),
                    raw.values().get(head)))
            .toList());
  }

  /** {@code examples}: dL/dxi of each example, (B,L,H). */
  private static SequencedMap<String, NumberArray> arrays(
      Architecture architecture, List<double[]> slopes) {
    double[] all = slopes.stream().flatMapToDouble(Arrays::stream).toArray();
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    arrays.put(
        "examples",
        NumberArray.of(all, slopes.size(), architecture.layers(), architecture.heads()));
    return arrays;
  }
}
