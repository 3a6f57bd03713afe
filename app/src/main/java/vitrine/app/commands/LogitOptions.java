package vitrine.app.commands;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import vitrine.app.terminal.UsageException;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Loss;
import vitrine.engine.models.Model;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.Texts;
import vitrine.interp.attribution.Attribution;

/** The options of {@code heads --show logits}: which number is taken apart. */
final class LogitOptions {
  @Option(
      names = "--position",
      paramLabel = "POS",
      converter = Converters.AnyInt.class,
      description = "For logits: which row; a negative one counts from the end; -1 if not given.")
  private @Nullable Integer position;

  @Option(
      names = "--token",
      paramLabel = "T",
      parameterConsumer = Verbatim.class,
      description = {
        "For logits: of which token, as text (a leading blank counts) or as an id; what the model ranks",
        "first if not given."
      })
  private @Nullable String token;

  @Option(
      names = "--minus",
      paramLabel = "T",
      parameterConsumer = Verbatim.class,
      description = "For logits: less the logit of this token.")
  private @Nullable String minus;

  @Option(
      names = "--neurons",
      paramLabel = "L",
      converter = Converters.CountOrNone.class,
      description = "For logits: take the MLP of this layer apart into its neurons.")
  private @Nullable Integer neurons;

  /** The first option that was given; null when none was. */
  @Nullable String given() {
    if (position != null) {
      return "--position";
    }
    if (token != null) {
      return "--token";
    }
    if (minus != null) {
      return "--minus";
    }
    return neurons == null ? null : "--neurons";
  }

  OptionalInt neurons() {
    return neurons == null ? OptionalInt.empty() : OptionalInt.of(neurons);
  }

  /**
   * The number of each text.
   *
   * @param loss what {@code --loss} says; null when it was not given
   * @throws InputException when a token is not one of the model's
   */
  List<Loss> targets(
      Model model, Texts texts, Optional<Tokenizer> tokenizer, @Nullable String loss) {
    if (loss != null) {
      if (position != null || token != null || minus != null) {
        throw new UsageException(
            "heads: --loss: given with "
                + given()
                + "; expected one way to say which logit. See: vitrine help heads");
      }
      Loss parsed = Loss.parse(loss);
      return texts.inputs().examples().stream().map(each -> parsed).toList();
    }
    int row = position == null ? -1 : position;
    OptionalInt other =
        minus == null
            ? OptionalInt.empty()
            : OptionalInt.of(id("--minus", minus, model, tokenizer));
    OptionalInt given =
        token == null
            ? OptionalInt.empty()
            : OptionalInt.of(id("--token", token, model, tokenizer));
    List<Loss> targets = new ArrayList<>();
    for (Example example : texts.inputs().examples()) {
      int id =
          given.isPresent() ? given.getAsInt() : Attribution.predicted(model, example, row).token();
      targets.add(
          other.isPresent() ? Loss.difference(row, id, other.getAsInt()) : Loss.logit(row, id));
    }
    return targets;
  }

  /** The one token of a text, or an id. */
  private static int id(String option, String text, Model model, Optional<Tokenizer> tokenizer) {
    return Tokens.id("heads: " + option, text, model.architecture().vocabulary(), tokenizer);
  }
}
