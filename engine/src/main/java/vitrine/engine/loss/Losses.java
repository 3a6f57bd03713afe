package vitrine.engine.loss;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Batch;
import vitrine.engine.hooks.ExampleLoss;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.LossValue;
import vitrine.engine.hooks.Run;
import vitrine.engine.layers.TaskHead;
import vitrine.kernels.Region;
import vitrine.kernels.Tensor;

/**
 * The loss of one run: its targets are worked out, and refused if they do not fit, before anything
 * is computed.
 *
 * <p>Means and sums over a batch: {@code next}, {@code labels} and {@code mlm} are means over all
 * their tokens; {@code label}, {@code value}, {@code start} and {@code end} are means over the
 * examples; {@code logit}, {@code logprob}, {@code diff}, {@code class}, {@code classdiff}, {@code
 * startlogit} and {@code endlogit} are sums over the examples, so that each example's gradient is
 * what it is alone. Softmax of {@code start} and {@code end} runs over the whole padded row, as in
 * the reference implementation.
 */
public final class Losses {
  private final @Nullable Loss loss;
  private final Head head;
  private final Batch batch;
  private final Targets targets;
  private final @Nullable TokenLoss tokens;

  private Losses(@Nullable Loss loss, Head head, Batch batch, Targets targets) {
    this.loss = loss;
    this.head = head;
    this.batch = batch;
    this.targets = targets;
    this.tokens = loss == null ? null : tokens(loss);
  }

  private @Nullable TokenLoss tokens(Loss loss) {
    return switch (loss) {
      case Loss.Next _ -> mean(Targets.next(batch));
      case Loss.Labels _ -> head.scoresVocabulary() ? mean(targets.ids()) : null;
      case Loss.MaskedTokens masked -> mean(expected(masked));
      case Loss.LogProbability logprob ->
          new TokenLoss(
              at(logprob.position(), logprob.token()),
              batch.length(),
              TokenLoss.Kind.SUM_OF_LOG_PROBABILITIES);
      case Loss.Label _,
          Loss.Value _,
          Loss.Logit _,
          Loss.Difference _,
          Loss.ClassLogit _,
          Loss.ClassDifference _,
          Loss.Start _,
          Loss.End _,
          Loss.StartLogit _,
          Loss.EndLogit _ ->
          null;
    };
  }

  private TokenLoss mean(int[] ids) {
    return new TokenLoss(ids, batch.length(), TokenLoss.Kind.MEAN);
  }

  /**
   * @param loss what the plan asks for, checked against the architecture; null for none
   * @throws vitrine.engine.InputException when the batch lacks labels that fit
   */
  public static Losses of(@Nullable Loss loss, Architecture model, Batch batch) {
    if (loss == null) {
      return new Losses(null, model.head(), batch, Targets.none());
    }
    loss.check(batch.length());
    checkReal(loss, batch);
    Targets targets = loss instanceof Loss.Labels ? Targets.ofLabels(model, batch) : Targets.none();
    return new Losses(loss, model.head(), batch, targets);
  }

  /** Refuses a loss of rows that are padding in some example: they say nothing of its text. */
  private static void checkReal(Loss loss, Batch batch) {
    switch (loss) {
      case Loss.Next _ -> {
        if (Arrays.stream(Targets.next(batch)).allMatch(id -> id == Labels.IGNORED)) {
          throw new InputException(
              "loss: next: no two real tokens follow each other; expected a text of 2 or more.");
        }
      }
      case Loss.MaskedTokens masked ->
          masked.expected().forEach(each -> checkReal(loss, each.position(), batch));
      case Loss.Logit logit -> checkReal(loss, logit.position(), batch);
      case Loss.LogProbability logprob -> checkReal(loss, logprob.position(), batch);
      case Loss.Difference difference -> checkReal(loss, difference.position(), batch);
      case Loss.Start start -> checkReal(loss, start.position(), batch);
      case Loss.End end -> checkReal(loss, end.position(), batch);
      case Loss.StartLogit start -> checkReal(loss, start.position(), batch);
      case Loss.EndLogit end -> checkReal(loss, end.position(), batch);
      case Loss.Labels _,
          Loss.Label _,
          Loss.Value _,
          Loss.ClassLogit _,
          Loss.ClassDifference _ -> {}
    }
  }

  private static void checkReal(Loss loss, int position, Batch batch) {
    int row = position < 0 ? position + batch.length() : position;
    for (int b = 0; b < batch.batch(); b++) {
      if (!batch.real(b, row)) {
        throw new InputException(
            "loss: "
                + loss
                + ": position "
                + position
                + " is padding in example "
                + b
                + "; expected a real token of every example. Run texts of other lengths apart.");
      }
    }
  }

  /** Whether there is anything to compute. */
  public boolean wanted() {
    return loss != null;
  }

  /** The loss as one of tokens; null where it is none, or there is none. */
  public @Nullable TokenLoss tokens() {
    return tokens;
  }

  /** The value; null when the plan has no loss. */
  public @Nullable LossValue value(Run run, TaskHead.Outputs outputs) {
    if (loss == null) {
      return null;
    }
    return switch (loss) {
      case Loss.Next _, Loss.MaskedTokens _, Loss.LogProbability _ ->
          there(tokens).value(run, logits(outputs));
      case Loss.Labels _ -> labels(run, outputs);
      case Loss.Label label -> meanOf(run, classLogits(outputs), everywhere(label.label()));
      case Loss.Value value -> squaredError(logits(outputs), filled(value.value()));
      case Loss.Logit logit ->
          sumOf(logits(outputs, logit.position(), logit.token()), new double[batch.batch()]);
      case Loss.Difference difference ->
          sumOf(
              logits(outputs, difference.position(), difference.token()),
              logits(outputs, difference.position(), difference.minus()));
      case Loss.ClassLogit logit ->
          sumOf(column(classLogits(outputs), logit.label()), new double[batch.batch()]);
      case Loss.ClassDifference difference ->
          sumOf(
              column(classLogits(outputs), difference.label()),
              column(classLogits(outputs), difference.minus()));
      case Loss.Start start ->
          meanOf(run, there(outputs.start()), everywhere(row(start.position())));
      case Loss.End end -> meanOf(run, there(outputs.end()), everywhere(row(end.position())));
      case Loss.StartLogit start ->
          sumOf(column(there(outputs.start()), row(start.position())), new double[batch.batch()]);
      case Loss.EndLogit end ->
          sumOf(column(there(outputs.end()), row(end.position())), new double[batch.batch()]);
    };
  }

  /**
   * The gradient of {@code factor * loss} with respect to the outputs; null for those that the loss
   * does not read. Outputs that no read keeps may be written over.
   */
  public TaskHead.Outputs backward(Run run, TaskHead.Outputs outputs, double factor) {
    if (loss == null) {
      throw new IllegalStateException("loss: none to differentiate; the plan refuses it");
    }
    return switch (loss) {
      case Loss.Next _, Loss.MaskedTokens _, Loss.LogProbability _ ->
          ofLogits(there(tokens).gradient(run, logits(outputs), factor));
      case Loss.Labels _ -> labelsBackward(run, outputs, factor);
      case Loss.Label label ->
          ofClassLogits(
              LossGradients.ofMean(run, classLogits(outputs), everywhere(label.label()), factor));
      case Loss.Value value ->
          ofLogits(
              LossGradients.ofSquaredError(run, logits(outputs), filled(value.value()), factor));
      case Loss.Logit logit ->
          ofLogits(logitBackward(run, outputs, logit.position(), logit.token(), factor));
      case Loss.Difference difference ->
          ofLogits(
              run.sum(
                  logitBackward(run, outputs, difference.position(), difference.token(), factor),
                  logitBackward(run, outputs, difference.position(), difference.minus(), -factor)));
      case Loss.ClassLogit logit ->
          ofClassLogits(columnBackward(run, classLogits(outputs), logit.label(), factor));
      case Loss.ClassDifference difference ->
          ofClassLogits(
              run.sum(
                  columnBackward(run, classLogits(outputs), difference.label(), factor),
                  columnBackward(run, classLogits(outputs), difference.minus(), -factor)));
      case Loss.StartLogit start ->
          new TaskHead.Outputs(
              null,
              null,
              columnBackward(run, there(outputs.start()), row(start.position()), factor),
              null);
      case Loss.EndLogit end ->
          new TaskHead.Outputs(
              null,
              null,
              null,
              columnBackward(run, there(outputs.end()), row(end.position()), factor));
      case Loss.Start start ->
          new TaskHead.Outputs(
              null,
              null,
              LossGradients.ofMean(
                  run, there(outputs.start()), everywhere(row(start.position())), factor),
              null);
      case Loss.End end ->
          new TaskHead.Outputs(
              null,
              null,
              null,
              LossGradients.ofMean(
                  run, there(outputs.end()), everywhere(row(end.position())), factor));
    };
  }

  private TaskHead.Outputs labelsBackward(Run run, TaskHead.Outputs outputs, double factor) {
    return switch (head) {
      case LANGUAGE, MASKED, PRETRAINING ->
          ofLogits(there(tokens).gradient(run, logits(outputs), factor));
      case TOKENS, NEXT_SENTENCE ->
          ofLogits(LossGradients.ofMean(run, logits(outputs), targets.ids(), factor));
      case SEQUENCE ->
          ofLogits(
              switch (targets.kind()) {
                case CLASSES -> LossGradients.ofMean(run, logits(outputs), targets.ids(), factor);
                case VALUES ->
                    LossGradients.ofSquaredError(run, logits(outputs), targets.values(), factor);
                case SEVERAL ->
                    LossGradients.ofBinaryCrossEntropy(
                        run, logits(outputs), targets.values(), factor);
              });
      case QUESTION ->
          new TaskHead.Outputs(
              null,
              null,
              LossGradients.ofMean(run, there(outputs.start()), targets.ids(), factor / 2),
              LossGradients.ofMean(run, there(outputs.end()), targets.ends(), factor / 2));
      case NONE -> throw new IllegalStateException("loss: labels: no head; the plan refuses it");
    };
  }

  private Tensor logitBackward(
      Run run, TaskHead.Outputs outputs, int position, int token, double factor) {
    Region region = Region.all(3).with(1, row(position)).with(2, token);
    return LossGradients.ofLogits(run, logits(outputs).shape(), region, factor);
  }

  /** Of one column of (B,n). */
  private static Tensor columnBackward(Run run, Tensor outputs, int column, double factor) {
    Region region = Region.all(2).with(1, column);
    return LossGradients.ofLogits(run, outputs.shape(), region, factor);
  }

  private static TaskHead.Outputs ofLogits(Tensor d) {
    return new TaskHead.Outputs(d, null, null, null);
  }

  private TaskHead.Outputs ofClassLogits(Tensor d) {
    return head == Head.PRETRAINING ? new TaskHead.Outputs(null, d, null, null) : ofLogits(d);
  }

  private LossValue labels(Run run, TaskHead.Outputs outputs) {
    return switch (head) {
      case LANGUAGE, MASKED, PRETRAINING -> there(tokens).value(run, logits(outputs));
      case TOKENS, NEXT_SENTENCE -> meanOf(run, logits(outputs), targets.ids());
      case SEQUENCE ->
          switch (targets.kind()) {
            case CLASSES -> meanOf(run, logits(outputs), targets.ids());
            case VALUES -> squaredError(logits(outputs), targets.values());
            case SEVERAL -> binaryCrossEntropy(logits(outputs), targets.values());
          };
      case QUESTION -> {
        LossValue start = meanOf(run, there(outputs.start()), targets.ids());
        yield halves(start, meanOf(run, there(outputs.end()), targets.ends()));
      }
      case NONE -> throw new IllegalStateException("loss: labels: no head; the plan refuses it");
    };
  }

  // ---- targets of losses that carry their own ----

  private int row(int position) {
    return position < 0 ? position + batch.length() : position;
  }

  private int[] expected(Loss.MaskedTokens masked) {
    int[] ids = new int[batch.batch() * batch.length()];
    Arrays.fill(ids, Labels.IGNORED);
    for (Loss.Expected each : masked.expected()) {
      for (int b = 0; b < batch.batch(); b++) {
        ids[b * batch.length() + row(each.position())] = each.token();
      }
    }
    return ids;
  }

  private int[] at(int position, int token) {
    return expected(new Loss.MaskedTokens(List.of(new Loss.Expected(position, token))));
  }

  private int[] everywhere(int target) {
    int[] ids = new int[batch.batch()];
    Arrays.fill(ids, target);
    return ids;
  }

  private double[] filled(double value) {
    double[] values = new double[batch.batch()];
    Arrays.fill(values, value);
    return values;
  }

  // ---- sums, in double on the host ----

  /** Of the rows that count. */
  private LossValue meanOf(Run run, Tensor logits, int[] ids) {
    float[] terms = crossEntropies(run, logits, ids);
    ByExample examples = new ByExample(batch.batch(), ids.length / batch.batch());
    int count = 0;
    for (int row = 0; row < terms.length; row++) {
      if (ids[row] != Labels.IGNORED) {
        examples.add(row, terms[row]);
        count++;
      }
    }
    return examples.mean(sum(terms) / count);
  }

  /** Of each row, 0 where it is ignored. */
  static float[] crossEntropies(Run run, Tensor logits, int[] ids) {
    Tensor rows = run.allocate(ids.length);
    run.kernels().crossEntropy(logits, ids, rows);
    float[] terms = rows.toArray();
    run.release(rows);
    return terms;
  }

  static double sum(float[] terms) {
    double sum = 0;
    for (float each : terms) {
      sum += each;
    }
    return sum;
  }

  private static LossValue halves(LossValue a, LossValue b) {
    List<ExampleLoss> examples = new ArrayList<>();
    for (int i = 0; i < a.examples().size(); i++) {
      ExampleLoss one = a.examples().get(i);
      examples.add(new ExampleLoss((one.loss() + b.examples().get(i).loss()) / 2, one.weight()));
    }
    return new LossValue((a.value() + b.value()) / 2, examples);
  }

  /**
   * @param plus a number of each example
   * @param minus likewise, taken away
   */
  private static LossValue sumOf(double[] plus, double[] minus) {
    ByExample examples = new ByExample(plus.length, 1);
    for (int b = 0; b < plus.length; b++) {
      examples.add(b, plus[b] - minus[b]);
    }
    return examples.sum(inOrder(plus) - inOrder(minus));
  }

  /** Added one after the other; a stream's sum compensates. */
  private static double inOrder(double[] terms) {
    double sum = 0;
    for (double each : terms) {
      sum += each;
    }
    return sum;
  }

  private LossValue squaredError(Tensor logits, double[] values) {
    float[] found = logits.toArray();
    double[] terms = new double[found.length];
    for (int i = 0; i < found.length; i++) {
      terms[i] = (found[i] - values[i]) * (found[i] - values[i]);
    }
    return meanOf(terms);
  }

  /** Mean over examples and classes of {@code max(x,0) - x y + log(1 + exp(-|x|))}. */
  private LossValue binaryCrossEntropy(Tensor logits, double[] values) {
    float[] x = logits.toArray();
    double[] terms = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      terms[i] = Math.max(x[i], 0) - x[i] * values[i] + Math.log1p(Math.exp(-Math.abs(x[i])));
    }
    return meanOf(terms);
  }

  private LossValue meanOf(double[] terms) {
    ByExample examples = new ByExample(batch.batch(), terms.length / batch.batch());
    for (int i = 0; i < terms.length; i++) {
      examples.add(i, terms[i]);
    }
    return examples.mean(inOrder(terms) / terms.length);
  }

  // ---- outputs ----

  private static Tensor logits(TaskHead.Outputs outputs) {
    return there(outputs.logits());
  }

  private Tensor classLogits(TaskHead.Outputs outputs) {
    return head == Head.PRETRAINING ? there(outputs.nsp()) : logits(outputs);
  }

  /** One logit of each example. */
  private double[] logits(TaskHead.Outputs outputs, int position, int token) {
    double[] each = new double[batch.batch()];
    for (int b = 0; b < each.length; b++) {
      each[b] = logits(outputs).get(b, row(position), token);
    }
    return each;
  }

  /** One column of (B,n). */
  private double[] column(Tensor outputs, int column) {
    double[] each = new double[batch.batch()];
    for (int b = 0; b < each.length; b++) {
      each[b] = outputs.get(b, column);
    }
    return each;
  }

  private static <T> T there(@Nullable T output) {
    if (output == null) {
      throw new IllegalStateException("loss: no such output; the plan refuses it");
    }
    return output;
  }
}
