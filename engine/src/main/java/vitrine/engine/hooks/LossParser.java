package vitrine.engine.hooks;

import java.util.ArrayList;
import java.util.List;
import vitrine.engine.InputException;

/** Text to {@link Loss}. */
final class LossParser {
  private LossParser() {}

  static Loss parse(String text) {
    if (text.length() > Text.LONGEST) {
      throw new InputException("loss: " + Text.quote(text) + ": too long; expected a loss.");
    }
    int colon = text.indexOf(':');
    String kind = colon < 0 ? text.strip() : text.substring(0, colon).strip() + ":";
    String rest = colon < 0 ? "" : text.substring(colon + 1).strip();
    String what = "loss: " + Text.quote(text);
    return switch (kind) {
      case "next" -> Loss.next();
      case "labels" -> Loss.labels();
      case "mlm:" -> masked(rest, what);
      case "label:" -> Loss.label(numbers(rest, 1, what, "label:K")[0]);
      case "value:" -> Loss.value(Text.number(rest, what));
      case "logit:" -> {
        int[] n = numbers(rest, 2, what, "logit:POS,ID");
        yield Loss.logit(n[0], n[1]);
      }
      case "logprob:" -> {
        int[] n = numbers(rest, 2, what, "logprob:POS,ID");
        yield Loss.logProbability(n[0], n[1]);
      }
      case "diff:" -> {
        int[] n = numbers(rest, 3, what, "diff:POS,ID1,ID2");
        yield Loss.difference(n[0], n[1], n[2]);
      }
      case "class:" -> Loss.classLogit(numbers(rest, 1, what, "class:K")[0]);
      case "classdiff:" -> {
        int[] n = numbers(rest, 2, what, "classdiff:K1,K2");
        yield Loss.classDifference(n[0], n[1]);
      }
      case "startlogit:" -> Loss.startLogit(numbers(rest, 1, what, "startlogit:POS")[0]);
      case "endlogit:" -> Loss.endLogit(numbers(rest, 1, what, "endlogit:POS")[0]);
      case "start:" -> Loss.start(numbers(rest, 1, what, "start:POS")[0]);
      case "end:" -> Loss.end(numbers(rest, 1, what, "end:POS")[0]);
      default ->
          throw new InputException(
              what
                  + ": no such loss; expected next, labels, mlm:POS=ID,…, label:K, value:X,"
                  + " logit:POS,ID, logprob:POS,ID, diff:POS,ID1,ID2, class:K,"
                  + " classdiff:K1,K2, start:POS, end:POS, startlogit:POS or endlogit:POS.");
    };
  }

  private static Loss masked(String rest, String what) {
    List<Loss.Expected> expected = new ArrayList<>();
    for (String item : rest.split(",", -1)) {
      int equals = item.indexOf('=');
      if (equals < 0) {
        throw wrong(what, "mlm:POS=ID,…");
      }
      expected.add(
          new Loss.Expected(
              number(item.substring(0, equals), what, "mlm:POS=ID,…"),
              number(item.substring(equals + 1), what, "mlm:POS=ID,…")));
    }
    return new Loss.MaskedTokens(expected);
  }

  private static int[] numbers(String text, int count, String what, String form) {
    String[] items = text.split(",", -1);
    if (items.length != count) {
      throw wrong(what, form);
    }
    int[] numbers = new int[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = number(items[i], what, form);
    }
    return numbers;
  }

  private static int number(String text, String what, String form) {
    return Text.integer(text.strip()).orElseThrow(() -> wrong(what, form));
  }

  private static InputException wrong(String what, String form) {
    return new InputException(what + ": unreadable; expected " + form + ", in whole numbers.");
  }
}
