package vitrine.app.commands;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Layers;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.circuits.Circuit;

/** The options of {@code heads --show circuit}: which heads, and how much of them. */
final class CircuitOptions {
  private static final int USUAL_TERMS = 3;
  private static final int USUAL_TOP = 8;

  @Option(
      names = "--layers",
      paramLabel = "L",
      converter = Converters.NotBlank.class,
      description = {
        "For circuit: which layers: 3, 2..5 (5 excluded), {1,4}, -1 for the last; all if not given."
      })
  private @Nullable String layers;

  @Option(
      names = "--heads",
      paramLabel = "H",
      converter = Converters.NotBlank.class,
      description = "For circuit: which heads of each, likewise; all if not given.")
  private @Nullable String heads;

  @Option(
      names = "--row",
      paramLabel = "T",
      parameterConsumer = VerbatimList.class,
      description = {
        "For circuit: a token whose rows of both circuits are shown, as text (a leading blank counts) or as",
        "an id (text:5 is the text 5); may be given again."
      })
  private List<String> rows = List.of();

  @Option(
      names = "--full",
      paramLabel = "qk|ov",
      converter = Converters.NotBlank.class,
      description = {
        "For circuit: all rows of one of the two circuits into an .npy file, (heads, vocabulary,",
        "vocabulary), where memory has room for them."
      })
  private @Nullable String full;

  @Option(
      names = "--terms",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "For circuit: how many terms of each decomposition; 3 if not given.")
  private @Nullable Integer terms;

  @Option(
      names = "--top",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "For circuit: how many tokens of each term and row; 8 if not given.")
  private @Nullable Integer top;

  /** The first option that was given; null when none was. */
  @Nullable String given() {
    if (layers != null) {
      return "--layers";
    }
    if (heads != null) {
      return "--heads";
    }
    if (!rows.isEmpty()) {
      return "--row";
    }
    if (full != null) {
      return "--full";
    }
    if (terms != null) {
      return "--terms";
    }
    return top == null ? null : "--top";
  }

  /** Which circuit is wanted whole. */
  Circuit.Whole whole() {
    if (full == null) {
      return Circuit.Whole.NONE;
    }
    Circuit.Whole[] both = {Circuit.Whole.QK, Circuit.Whole.OV};
    return Choice.of("heads", "--full", full, both, Circuit.Whole::label);
  }

  /**
   * What is shown.
   *
   * @param vocabulary V
   * @throws vitrine.engine.InputException when a row is not one token
   */
  Circuit.Spec spec(int vocabulary, Optional<Tokenizer> tokenizer, long seed) {
    List<Integer> tokens =
        rows.stream().map(row -> Tokens.id("heads: --row", row, vocabulary, tokenizer)).toList();
    return new Circuit.Spec(
        layers == null ? Layers.ALL : Layers.parse(layers, "heads: --layers"),
        heads == null ? null : Indices.parse(heads, "heads: --heads"),
        tokens,
        whole(),
        terms == null ? USUAL_TERMS : terms,
        top == null ? USUAL_TOP : top,
        seed);
  }
}
