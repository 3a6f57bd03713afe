package vitrine.interp.saliency;

import java.util.OptionalInt;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.kernels.AttentionMask.Causality;

/** The number that is explained. */
public sealed interface Target {
  /** A logit, a log-probability, a difference of two logits. */
  record OfLoss(Loss loss) implements Target {
    public OfLoss {
      switch (loss) {
        case Loss.Logit _,
            Loss.LogProbability _,
            Loss.Difference _,
            Loss.ClassLogit _,
            Loss.ClassDifference _,
            Loss.StartLogit _,
            Loss.EndLogit _ -> {}
        case Loss.Next _,
            Loss.Labels _,
            Loss.MaskedTokens _,
            Loss.Label _,
            Loss.Value _,
            Loss.Start _,
            Loss.End _ ->
            throw new InputException(
                "saliency: target: "
                    + loss
                    + "; expected logit:POS,ID, logprob:POS,ID, diff:POS,ID1,ID2, class:K,"
                    + " classdiff:K1,K2, startlogit:POS or endlogit:POS.");
      }
    }

    @Override
    public String toString() {
      return loss.toString();
    }
  }

  /**
   * A function of the caller's; a result of one cannot be repeated from its text alone.
   *
   * @param name for results
   */
  record OfLogits(String name, LogitFunction function) implements Target {
    @Override
    public String toString() {
      return "function:" + name;
    }
  }

  static Target of(Loss loss) {
    return new OfLoss(loss);
  }

  static Target of(String name, LogitFunction function) {
    return new OfLogits(name, function);
  }

  /**
   * Reads {@code logit:POS,ID} and the others.
   *
   * @throws InputException when it is none of them
   */
  static Target parse(String text) {
    return of(Loss.parse(text));
  }

  /**
   * This target with its position counted from the start.
   *
   * @throws InputException when the text has no such position
   */
  default Target in(Example example) {
    if (row().isEmpty()) {
      return this;
    }
    Indices given = Indices.of(row().getAsInt());
    String what = "saliency: target " + this + ": position";
    return atRow(given.resolve(example.ids().length, what)[0]);
  }

  /** The row of the logits that it reads; empty for one of the whole text. */
  default OptionalInt row() {
    return switch (this) {
      case OfLogits _ -> OptionalInt.empty();
      case OfLoss(Loss loss) ->
          switch (loss) {
            case Loss.Logit logit -> OptionalInt.of(logit.position());
            case Loss.LogProbability logprob -> OptionalInt.of(logprob.position());
            case Loss.Difference difference -> OptionalInt.of(difference.position());
            case Loss.StartLogit start -> OptionalInt.of(start.position());
            case Loss.EndLogit end -> OptionalInt.of(end.position());
            case Loss.ClassLogit _,
                Loss.ClassDifference _,
                Loss.Next _,
                Loss.Labels _,
                Loss.MaskedTokens _,
                Loss.Label _,
                Loss.Value _,
                Loss.Start _,
                Loss.End _ ->
                OptionalInt.empty();
          };
    };
  }

  /** The same number of another row; itself where it is of the whole text. */
  default Target atRow(int row) {
    return switch (this) {
      case OfLogits function -> function;
      case OfLoss(Loss loss) ->
          switch (loss) {
            case Loss.Logit logit -> of(Loss.logit(row, logit.token()));
            case Loss.LogProbability logprob -> of(Loss.logProbability(row, logprob.token()));
            case Loss.Difference(int _, int token, int minus) ->
                of(Loss.difference(row, token, minus));
            case Loss.StartLogit _ -> of(Loss.startLogit(row));
            case Loss.EndLogit _ -> of(Loss.endLogit(row));
            case Loss.ClassLogit _,
                Loss.ClassDifference _,
                Loss.Next _,
                Loss.Labels _,
                Loss.MaskedTokens _,
                Loss.Label _,
                Loss.Value _,
                Loss.Start _,
                Loss.End _ ->
                this;
          };
    };
  }

  /**
   * The position whose hidden state the number is made of: the row of the logits, or what a head of
   * the whole text reads.
   *
   * @param padding the id that pads; empty where there is none
   */
  default int reader(Architecture model, Example example, OptionalInt padding) {
    if (row().isPresent()) {
      return row().getAsInt();
    }
    if (model.causality() != Causality.CAUSAL) {
      return 0; // the pooler's
    }
    int t = example.ids().length - 1;
    while (t > 0 && isPadding(example, t, padding)) {
      t--;
    }
    return t;
  }

  private static boolean isPadding(Example example, int t, OptionalInt padding) {
    boolean[] real = example.mask();
    return (real != null && !real[t])
        || (padding.isPresent() && padding.getAsInt() == example.ids()[t]);
  }

  /** A plan with this as its loss. */
  default Plan on(Plan plan, Architecture model) {
    return switch (this) {
      case OfLoss(Loss loss) -> plan.loss(loss);
      case OfLogits(String name, LogitFunction function) ->
          plan.loss(anchor(model)).edit(Site.logits(), Edit.custom(name, new FirstLogit(function)));
    };
  }

  /** The logit in whose place the function's value is put. */
  private static Loss anchor(Architecture model) {
    return switch (model.head()) {
      case LANGUAGE, MASKED, PRETRAINING, TOKENS -> Loss.logit(0, 0);
      case SEQUENCE, NEXT_SENTENCE -> Loss.classLogit(0);
      case NONE, QUESTION ->
          throw new InputException(
              "saliency: target: a function of the logits of task "
                  + model.head().label()
                  + "; expected a head with one kind of logits. Choose another --task");
    };
  }
}
