package vitrine.interp.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vitrine.engine.InputException;
import vitrine.engine.bundled.InductionModel;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.models.Prefix;
import vitrine.engine.models.Sweep;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;

/** On the bundled model: every number against the definition, worked out from all logits. */
final class MetricTest {
  private static final Inputs TEXTS =
      Inputs.of(Example.of(9, 4, 7, 2, 9, 4), Example.of(5, 6, 5), Example.of(8, 3, 8, 3));
  private static final Sweep.Limits ALL = Sweep.Limits.bytes(Long.MAX_VALUE);

  private static Kernels kernels;
  private static ModelFiles files;
  private static Model model;

  @BeforeAll
  static void load() {
    kernels = Backends.open("auto", 1, note -> {});
    files = new InductionModel().files();
    model = ModelLoader.load(files, Optional.empty(), kernels, note -> {}, Precision.F32);
  }

  @AfterAll
  static void close() {
    model.close();
    kernels.close();
    files.close();
  }

  private static Plan edited() {
    return Plan.of(model.architecture()).edit(Site.z(1).head(2), Edit.zero());
  }

  /** Values of the clean run, then of the edited one, by a sweep. */
  private static List<double[]> found(Metric metric) {
    try (Prefix prefix = model.prefix(TEXTS)) {
      Measurement measured = Measurement.of(metric, model.architecture(), prefix.batch());
      List<double[]> values = new ArrayList<>(List.of(measured.clean(prefix)));
      measured
          .sweep(prefix, List.of(edited()))
          .run(ALL, outcome -> values.add(measured.values(outcome)));
      try (Trace alone = model.run(measured.wholePlan(edited()), TEXTS)) {
        assertArrayEquals(values.get(1), measured.values(alone), metric.toString());
      }
      return values;
    }
  }

  /** All logits of a text, in double. */
  private static double[][] logits(Plan plan, int text) {
    try (Trace trace = model.run(plan.read(Site.logits()), TEXTS)) {
      int V = model.architecture().vocabulary();
      int T = trace.batch().length();
      float[] all = trace.value(Site.logits()).toArray();
      double[][] rows = new double[TEXTS.examples().get(text).ids().length][V];
      for (int t = 0; t < rows.length; t++) {
        for (int i = 0; i < V; i++) {
          rows[t][i] = all[(text * T + t) * V + i];
        }
      }
      return rows;
    }
  }

  private static double probability(double[] row, int token) {
    double sum = 0;
    for (double each : row) {
      sum += Math.exp(each - row[token]);
    }
    return 1 / sum;
  }

  @Test
  void should_be_what_its_definition_says_when_read_from_a_sweep() {
    List<double[]> logit = found(Metric.logit(-2, 4));
    List<double[]> difference = found(Metric.difference(1, 4, 7));
    List<double[]> probability = found(Metric.probability(-1, 3));
    List<double[]> rank = found(Metric.rank(0, 3));
    for (int run = 0; run < 2; run++) {
      Plan plan = run == 0 ? Plan.empty() : edited();
      for (int text = 0; text < 3; text++) {
        double[][] rows = logits(plan, text);
        double[] last = rows[rows.length - 1];
        assertEquals(rows[rows.length - 2][4], logit.get(run)[text]);
        assertEquals(rows[1][4] - rows[1][7], difference.get(run)[text]);
        assertEquals(probability(last, 3), probability.get(run)[text], 1e-12);
        int larger = 0;
        for (double each : rows[0]) {
          larger += each > rows[0][3] ? 1 : 0;
        }
        assertEquals(larger + 1, rank.get(run)[text]);
      }
    }
  }

  @Test
  void should_be_a_mean_over_tokens_and_nothing_of_the_clean_run_when_a_divergence() {
    List<double[]> whole = found(Metric.divergence());
    List<double[]> last = found(Metric.divergence(-1));
    assertArrayEquals(new double[3], whole.get(0));
    assertArrayEquals(new double[3], last.get(0));
    for (int text = 0; text < 3; text++) {
      double[][] p = logits(Plan.empty(), text);
      double[][] q = logits(edited(), text);
      double sum = 0;
      double atLast = 0;
      for (int t = 0; t < p.length; t++) {
        atLast = 0;
        for (int i = 0; i < p[t].length; i++) {
          double each = probability(p[t], i);
          atLast += each == 0 ? 0 : each * Math.log(each / probability(q[t], i));
        }
        sum += atLast;
      }
      assertEquals(sum / p.length, whole.get(1)[text], 1e-9);
      assertEquals(atLast, last.get(1)[text], 1e-9);
    }
    assertTrue(whole.get(1)[0] > 1e-3, "the induction head matters: " + whole.get(1)[0]);
  }

  @Test
  void should_be_each_examples_own_mean_when_a_loss() {
    double[] clean = found(Metric.loss()).getFirst();
    for (int text = 0; text < 3; text++) {
      double[][] rows = logits(Plan.empty(), text);
      int[] ids = TEXTS.examples().get(text).ids();
      double sum = 0;
      for (int t = 0; t + 1 < ids.length; t++) {
        sum -= Math.log(probability(rows[t], ids[t + 1]));
      }
      assertEquals(sum / (ids.length - 1), clean[text], 1e-5);
    }
  }

  @Test
  void should_take_each_examples_own_when_metrics_differ() {
    List<Metric> own =
        List.of(
            Metric.difference(-1, 7, 2), Metric.difference(2, 6, 5), Metric.difference(0, 3, 8));
    try (Prefix prefix = model.prefix(TEXTS)) {
      Measurement measured = Measurement.ofEach(own, model.architecture(), prefix.batch());
      double[] clean = measured.clean(prefix);
      assertEquals(logits(Plan.empty(), 0)[5][7] - logits(Plan.empty(), 0)[5][2], clean[0]);
      assertEquals(logits(Plan.empty(), 1)[2][6] - logits(Plan.empty(), 1)[2][5], clean[1]);
      assertEquals(logits(Plan.empty(), 2)[0][3] - logits(Plan.empty(), 2)[0][8], clean[2]);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "loss",
        "loss:next",
        "loss:mlm:3=5",
        "loss:label:1",
        "logit:-1,5",
        "diff:0,3,4",
        "prob:2,7",
        "rank:-3,0",
        "kl",
        "kl:-1",
        "accuracy",
        "f1",
        "matthews",
        "pearson",
        "spearman"
      })
  void should_be_spelled_as_it_is_read_when_parsed(String text) {
    Metric metric = Metric.parse(text);
    assertEquals(text, metric.toString());
    assertEquals(metric, Metric.parse(" " + metric));
  }

  @Test
  void should_say_in_one_line_what_is_expected_when_refused() {
    refused("metric: 'los': no such metric; expected loss", () -> Metric.parse("los"));
    refused("expected diff:POS,ID1,ID2, in whole numbers", () -> Metric.parse("diff:1,2"));
    refused("unreadable; expected kl:POS", () -> Metric.parse("kl:x"));
    refused("expected logit:POS,ID.", () -> Metric.parse("loss:logit:1,2"));
    refused("token 99999: out of range; expected 0 to", () -> found(Metric.logit(0, 99999)));
    refused("position 3 of a text of 3 tokens: out of range", () -> found(Metric.logit(3, 1)));
    refused("the model's head is 'lm'; expected sequence", () -> found(Metric.parse("f1")));
    refused(
        "expected one kind for all",
        () -> {
          try (Prefix prefix = model.prefix(TEXTS)) {
            Measurement.ofEach(
                List.of(Metric.logit(0, 1), Metric.rank(0, 1), Metric.logit(0, 1)),
                model.architecture(),
                prefix.batch());
          }
        });
  }

  private static void refused(String expected, Executable what) {
    String message = String.valueOf(assertThrows(InputException.class, what).getMessage());
    assertTrue(message.contains(expected), message);
    assertEquals(1, message.lines().count());
  }
}
