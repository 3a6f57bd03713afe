package vitrine.app.commands;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import vitrine.app.terminal.UsageException;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Tap;
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
        "For logits: of which token, as text (a leading blank counts) or as an id (text:5 is the text 5),",
        "of a classifier which class; what the model ranks first if not given."
      })
  private @Nullable String token;

  @Option(
      names = "--minus",
      paramLabel = "T",
      parameterConsumer = Verbatim.class,
      description = "For logits: less the logit of this one.")
  private @Nullable String minus;

  @Option(
      names = "--neurons",
      paramLabel = "L",
      converter = Converters.NotBlank.class,
      description = {
        "For logits: take the MLPs of these layers apart into their neurons: 3, 2..5 (5 excluded), {1,4},",
        "* for all."
      })
  private @Nullable String neurons;

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

  Layers neurons() {
    return neurons == null ? Layers.NONE : Layers.parse(neurons, "heads: --neurons");
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
    Architecture architecture = model.architecture();
    return switch (architecture.head()) {
      case SEQUENCE, NEXT_SENTENCE -> ofClasses(architecture, texts);
      case LANGUAGE, MASKED, PRETRAINING, TOKENS, QUESTION, NONE -> ofRows(model, texts, tokenizer);
    };
  }

  /** A head with one row of classes a text. */
  private List<Loss> ofClasses(Architecture model, Texts texts) {
    if (position != null) {
      throw new InputException(
          "heads: --position: task %s has one row of logits a text; expected --token with a class alone. See: vitrine help heads"
              .formatted(model.head().label()));
    }
    if (token == null) {
      throw new InputException(
          "heads: logits: task %s scores no tokens; expected which logit to take apart, as in --token 0 or --loss class:0."
              .formatted(model.head().label()));
    }
    int count = classes(model);
    int label = Tokens.id("heads: --token", token, count, Optional.empty());
    Loss target =
        minus == null
            ? Loss.classLogit(label)
            : Loss.classDifference(
                label, Tokens.id("heads: --minus", minus, count, Optional.empty()));
    return texts.inputs().examples().stream().map(each -> target).toList();
  }

  private static int classes(Architecture model) {
    return model.output(Tap.LOGITS).orElseThrow().classes();
  }

  private List<Loss> ofRows(Model model, Texts texts, Optional<Tokenizer> tokenizer) {
    int row = position == null ? -1 : position;
    OptionalInt other = id("--minus", minus, model, tokenizer);
    OptionalInt given = id("--token", token, model, tokenizer);
    List<Loss> targets = new ArrayList<>();
    for (Example example : texts.inputs().examples()) {
      int id =
          given.isPresent() ? given.getAsInt() : Attribution.predicted(model, example, row).token();
      targets.add(
          other.isPresent() ? Loss.difference(row, id, other.getAsInt()) : Loss.logit(row, id));
    }
    return targets;
  }

  /** The one token of a text, or an id; empty where nothing was given. */
  private static OptionalInt id(
      String option, @Nullable String text, Model model, Optional<Tokenizer> tokenizer) {
    Architecture architecture = model.architecture();
    if (text == null) {
      return OptionalInt.empty();
    }
    boolean classes = architecture.head() == Head.TOKENS;
    return OptionalInt.of(
        Tokens.id(
            "heads: " + option,
            text,
            classes ? classes(architecture) : architecture.vocabulary(),
            classes ? Optional.empty() : tokenizer));
  }
}
