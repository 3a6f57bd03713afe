package vitrine.interp.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Loss;

/** Text to {@link Metric}. */
final class MetricParser {
  private static final int SHOWN = 80;
  private static final Pattern INTEGER = Pattern.compile("0|-?[1-9][0-9]{0,8}");

  private MetricParser() {}

  static Metric parse(String text) {
    int colon = text.indexOf(':');
    String kind = colon < 0 ? text.strip() : text.substring(0, colon).strip() + ":";
    String rest = colon < 0 ? "" : text.substring(colon + 1).strip();
    String what = "metric: '" + shown(text) + "'";
    return switch (kind) {
      case "loss" -> Metric.loss();
      case "loss:" -> ofLoss(Loss.parse(rest), what);
      case "logit:" -> {
        List<Integer> n = numbers(rest, 2, what, "logit:POS,ID");
        yield Metric.logit(n.getFirst(), n.getLast());
      }
      case "diff:" -> {
        List<Integer> n = numbers(rest, 3, what, "diff:POS,ID1,ID2");
        yield Metric.difference(n.getFirst(), n.get(1), n.getLast());
      }
      case "prob:" -> {
        List<Integer> n = numbers(rest, 2, what, "prob:POS,ID");
        yield Metric.probability(n.getFirst(), n.getLast());
      }
      case "rank:" -> {
        List<Integer> n = numbers(rest, 2, what, "rank:POS,ID");
        yield Metric.rank(n.getFirst(), n.getLast());
      }
      case "kl" -> Metric.divergence();
      case "kl:" -> Metric.divergence(numbers(rest, 1, what, "kl:POS").getFirst());
      case "accuracy" -> Metric.agreement(Metric.Score.ACCURACY);
      case "f1" -> Metric.agreement(Metric.Score.F1);
      case "matthews" -> Metric.agreement(Metric.Score.MATTHEWS);
      case "pearson" -> Metric.agreement(Metric.Score.PEARSON);
      case "spearman" -> Metric.agreement(Metric.Score.SPEARMAN);
      default ->
          throw new InputException(
              what
                  + ": no such metric; expected loss, loss:LOSS, logit:POS,ID, diff:POS,ID1,ID2,"
                  + " prob:POS,ID, rank:POS,ID, kl, kl:POS, or of labelled data accuracy, f1,"
                  + " matthews, pearson or spearman.");
    };
  }

  /** What a run calls a loss and is a number itself has a name of its own here. */
  private static Metric ofLoss(Loss loss, String what) {
    String instead =
        switch (loss) {
          case Loss.Logit _, Loss.ClassLogit _ -> "logit:POS,ID";
          case Loss.LogProbability _ -> "prob:POS,ID";
          case Loss.Difference _, Loss.ClassDifference _ -> "diff:POS,ID1,ID2";
          case Loss.StartLogit _, Loss.EndLogit _ -> "start:POS or end:POS, as in loss:start:3";
          case Loss.Next _,
              Loss.Labels _,
              Loss.MaskedTokens _,
              Loss.Label _,
              Loss.Value _,
              Loss.Start _,
              Loss.End _ ->
              "";
        };
    if (!instead.isEmpty()) {
      throw new InputException(
          what + ": not a loss but a number itself; expected " + instead + ".");
    }
    return new Metric.OfLoss(loss);
  }

  private static List<Integer> numbers(String text, int count, String what, String form) {
    List<Integer> numbers = new ArrayList<>();
    for (String item : text.split(",", -1)) {
      if (!INTEGER.matcher(item.strip()).matches()) {
        throw wrong(what, form);
      }
      numbers.add(Integer.valueOf(item.strip()));
    }
    if (numbers.size() != count) {
      throw wrong(what, form);
    }
    return numbers;
  }

  private static InputException wrong(String what, String form) {
    return new InputException(what + ": unreadable; expected " + form + ", in whole numbers.");
  }

  private static String shown(String text) {
    String printable = text.replaceAll("\\p{C}", "\uFFFD");
    return printable.length() > SHOWN ? printable.substring(0, SHOWN) + "…" : printable;
  }
}
