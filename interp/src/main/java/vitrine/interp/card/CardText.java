package vitrine.interp.card;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import vitrine.interp.heads.RepeatedTokens;
import vitrine.interp.minimalpairs.MinimalPairsResult;
import vitrine.interp.stats.Interval;

/** A card as Markdown. */
final class CardText {
  private final ModelCard card;
  private final StringBuilder text = new StringBuilder();

  CardText(ModelCard card) {
    this.card = card;
  }

  String markdown() {
    line("# " + card.about().name());
    line("");
    line(card.about().summary());
    line("");
    line("*Written by a command, which measured every figure below:*");
    line("");
    line("```");
    line(card.command());
    line("```");
    weights();
    data();
    training();
    measured();
    heads();
    list("What it cannot do", card.about().limits());
    list("What was tried besides", card.about().tried());
    return text.toString();
  }

  private void line(String line) {
    text.append(line).append('\n');
  }

  private void title(String title) {
    line("");
    line("## " + title);
    line("");
  }

  private void list(String title, List<String> sentences) {
    if (!sentences.isEmpty()) {
      title(title);
      sentences.forEach(each -> line("- " + each));
    }
  }

  private void weights() {
    ModelCard.Weights weights = card.weights();
    title("What is in it");
    line("| | |");
    line("|---|---|");
    line("| kind | %s |".formatted(weights.family()));
    line(
        "| layers, heads, width | %d, %d, %d |"
            .formatted(weights.layers(), weights.heads(), weights.width()));
    line("| positions | %d |".formatted(weights.positions()));
    line("| vocabulary | %s |".formatted(grouped(weights.vocabulary())));
    line("| parameters | %s |".formatted(grouped(weights.parameters())));
    line("| stored as | %s, %s bytes |".formatted(weights.dtypes(), grouped(weights.bytes())));
    line("| hash of the tensors | `%s` |".formatted(weights.hash()));
    line("| licence of the weights | %s |".formatted(card.about().licence()));
  }

  private void data() {
    title("What it was trained on");
    line("| what | from | licence |");
    line("|---|---|---|");
    card.about()
        .data()
        .forEach(
            each -> line("| %s | %s | %s |".formatted(each.what(), each.source(), each.licence())));
  }

  private void training() {
    Training training = card.training();
    if (training == null) {
      return;
    }
    title("How it was trained");
    JsonNode recipe = training.recipe();
    line(
        ("%s steps, %s tokens, %.1f hours on %s. Batches of %s blocks of %s tokens, learning rate %s"
                + " (%s), weight decay %s, seed %s; all settings are in `recipe.json`.")
            .formatted(
                grouped(training.steps()),
                grouped(training.tokens()),
                training.seconds() / 3600,
                card.about().hardware(),
                recipe.path("batch"),
                recipe.path("length"),
                recipe.path("learning_rate"),
                recipe.path("schedule").asString(""),
                recipe.path("weight_decay"),
                recipe.path("seed")));
    if (training.evaluations().isEmpty()) {
      return;
    }
    line("");
    line("| step | validation loss |");
    line("|---|---|");
    training
        .evaluations()
        .forEach(
            each -> line("| %s | %s |".formatted(grouped(each.step()), fixed(each.loss(), 4))));
  }

  private void measured() {
    Predictions predictions = card.predictions();
    title("How good it is");
    line(
        "Of %s tokens in %s blocks of texts that it was not trained on; 95%% intervals in brackets."
            .formatted(grouped(predictions.tokens()), grouped(predictions.blocks())));
    line("");
    line("| figure | value |");
    line("|---|---|");
    line("| loss, nats a token | %s |".formatted(interval(predictions.loss(), 4)));
    line("| perplexity | %s |".formatted(fixed(predictions.perplexity(), 2)));
    line("| first choice is right | %s |".formatted(percent(predictions.accuracy())));
    predictions
        .bitsPerCharacter()
        .ifPresent(bits -> line("| bits a character | %s |".formatted(fixed(bits, 4))));
    JsonNode baseline = card.baseline();
    if (baseline != null) {
      line(
          "| the same of a %s-gram model, modified Kneser-Ney | %s bits a character, perplexity %s |"
              .formatted(
                  baseline.path("order"),
                  fixed(baseline.path("bits_per_character").asDouble(), 4),
                  fixed(baseline.path("perplexity").asDouble(), 2)));
    }
    Copying copying = card.copying();
    if (copying != null) {
      line(
          "| %d random tokens, loss the first time | %s |"
              .formatted(copying.length(), interval(copying.first(), 3)));
      line("| the same said again | %s |".formatted(interval(copying.second(), 3)));
      line("| first choice is right, said again | %s |".formatted(percent(copying.right())));
    }
    pairs();
  }

  private void pairs() {
    MinimalPairsResult pairs = card.pairs();
    if (pairs == null) {
      return;
    }
    line("");
    line("| minimal pairs: the good sentence is likelier (chance 50%) | pairs | |");
    line("|---|---|---|");
    pairs
        .judged()
        .forEach(each ->
            line(
                "| %s | %s | %s |"
                    .formatted(
                        each.paradigm().name(),
                        grouped(each.good().length),
                        percent(each.accuracy()))));
    line("| **mean** | | **%s** |".formatted(percent(pairs.mean())));
  }

  private void heads() {
    title("Heads that are known");
    List<RepeatedTokens.Named> named =
        RepeatedTokens.named(card.heads(), RepeatedTokens.USUAL_THRESHOLD);
    line(
        "Mean attention where a head of that kind looks, in random tokens said twice; named where the"
            + " whole interval lies above "
            + RepeatedTokens.USUAL_THRESHOLD
            + ".");
    line("");
    if (named.isEmpty()) {
      line("None: no head looks there enough.");
      return;
    }
    line("| kind | layer.head | score |");
    line("|---|---|---|");
    named.forEach(each ->
        line(
            "| %s | %d.%d | %s |"
                .formatted(
                    each.looking().label(), each.layer(), each.head(), interval(each.score(), 3))));
    String missing =
        card.heads().measures().stream()
            .filter(measure ->
                named.stream().noneMatch(each -> each.looking().key().equals(measure.key())))
            .map(measure -> measure.key().replace('_', '-'))
            .collect(Collectors.joining(", "));
    if (!missing.isEmpty()) {
      line("");
      line("Of these kinds there is none: " + missing + ".");
    }
  }

  private static String grouped(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  private static String fixed(double value, int places) {
    return String.format(Locale.ROOT, "%." + places + "f", value);
  }

  private static String interval(Interval value, int places) {
    return value.isKnown()
        ? "%s (%s to %s)"
            .formatted(
                fixed(value.estimate(), places),
                fixed(value.low(), places),
                fixed(value.high(), places))
        : fixed(value.estimate(), places);
  }

  private static String percent(Interval value) {
    return value.isKnown()
        ? "%s%% (%s to %s)"
            .formatted(
                fixed(100 * value.estimate(), 1),
                fixed(100 * value.low(), 1),
                fixed(100 * value.high(), 1))
        : fixed(100 * value.estimate(), 1) + "%";
  }
}
