package vitrine.engine.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;

/**
 * Reads a tokenizer.json: the whole of a tokenizer as a set of components, of which those of GPT-2
 * and BERT are understood and the others refused by name.
 */
final class TokenizerJson {
  private final JsonView file;
  private final Tokenizers directory;
  private final AddedTokenFiles added;
  private final Map<String, Integer> vocabulary;
  private BytePairTokenizer.Trim trim = BytePairTokenizer.Trim.NONE;
  private Template template = Template.PLAIN;

  private TokenizerJson(
      JsonView file, Tokenizers directory, Map<String, Integer> vocabulary, AddedTokenFiles added) {
    this.file = file;
    this.directory = directory;
    this.vocabulary = vocabulary;
    this.added = added;
  }

  /**
   * The tokenizer a file describes.
   *
   * @param directory what stands beside it
   */
  static Tokenizer read(JsonView file, Tokenizers directory) {
    JsonView model = file.require("model");
    String type = modelType(model);
    Map<String, Integer> vocabulary = VocabularyFiles.ids(model.require("vocab"));
    AddedTokenFiles added = new AddedTokenFiles(vocabulary, directory.notes());
    TokenizerJson json = new TokenizerJson(file, directory, vocabulary, added);
    JsonView list = file.get("added_tokens");
    if (list != null) {
      added.list(list);
    }
    JsonView after = file.get("post_processor");
    if (after != null) {
      json.postProcessor(after, 0);
    }
    return "BPE".equals(type) ? json.bytePair(model) : json.wordPiece(model);
  }

  private static String modelType(JsonView model) {
    // Files of early versions have no type.
    String type = model.text("type");
    if (type == null) {
      return model.has("merges") ? "BPE" : "WordPiece";
    }
    if (!type.equals("BPE") && !type.equals("WordPiece")) {
      throw model.require("type").expected("\"BPE\" or \"WordPiece\", GPT-2's and BERT's models");
    }
    return type;
  }

  private Tokenizer bytePair(JsonView model) {
    for (String key : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
      String mark = model.text(key);
      if (mark != null && !mark.isEmpty()) {
        throw model.require(key).expected("none, as in GPT-2");
      }
    }
    for (String key : List.of("byte_fallback", "fuse_unk")) {
      if (model.flag(key, false)) {
        throw model.require(key).expected("false, as in GPT-2");
      }
    }
    JsonView dropout = model.get("dropout");
    if (dropout != null && dropout.node().asDouble(1) != 0) {
      throw dropout.expected("none: merges are not dropped at random here");
    }
    JsonView normalizer = file.get("normalizer");
    if (normalizer != null) {
      throw component(normalizer, "none, as in GPT-2");
    }
    JsonView before = file.require("pre_tokenizer");
    if (!before.type().equals("ByteLevel")) {
      throw component(before, "\"ByteLevel\", as in GPT-2");
    }
    JsonView decoder = file.get("decoder");
    if (decoder != null && !decoder.type().equals("ByteLevel")) {
      throw component(decoder, "\"ByteLevel\", as in GPT-2");
    }
    BytePairMerges merges =
        BytePairMerges.of(
            VocabularyFiles.merges(model.require("merges")), vocabulary, file.where());
    for (Role role : List.of(Role.BEGIN_OF_TEXT, Role.END_OF_TEXT)) {
      added.usual(role, BytePairTokenizer.END_OF_TEXT);
    }
    directory.addTokens(added);
    OptionalInt unknown = unknown(model);
    BytePairTokenizer.Options options =
        new BytePairTokenizer.Options(
            directory.configured("add_prefix_space", before.flag("add_prefix_space", true)),
            model.flag("ignore_merges", false),
            before.flag("use_regex", true)
                ? BytePairTokenizer.Split.WORDS
                : BytePairTokenizer.Split.WHOLE,
            trim,
            unknown);
    return directory.bytePair(parts(), merges, options);
  }

  private OptionalInt unknown(JsonView model) {
    String token = model.text("unk_token");
    if (token == null) {
      return OptionalInt.empty();
    }
    Integer id = vocabulary.get(token);
    if (id == null) {
      throw model.require("unk_token").expected("a token of the vocabulary");
    }
    return OptionalInt.of(id);
  }

  private Tokenizer wordPiece(JsonView model) {
    @Nullable BertNormalizer normalizer = null;
    JsonView normalizerView = file.get("normalizer");
    if (normalizerView != null) {
      normalizer = normalizer(normalizerView);
    }
    JsonView before = file.require("pre_tokenizer");
    if (!before.type().equals("BertPreTokenizer")) {
      throw component(before, "\"BertPreTokenizer\", as in BERT");
    }
    String prefix = model.text("continuing_subword_prefix");
    boolean cleansUp = true;
    JsonView decoder = file.get("decoder");
    if (decoder != null) {
      if (!decoder.type().equals("WordPiece")) {
        throw component(decoder, "\"WordPiece\", as in BERT");
      }
      cleansUp = decoder.flag("cleanup", true);
    }
    String unknown = model.text("unk_token");
    WordPieceTokenizer.USUAL_SPECIAL.forEach(added::usual);
    directory.addTokens(added);
    return new WordPieceTokenizer(
        parts(),
        new WordPieceTokenizer.Options(
            normalizer,
            unknown == null ? "[UNK]" : unknown,
            prefix == null ? "##" : prefix,
            model.integer("max_input_chars_per_word", 100),
            cleansUp));
  }

  private BertNormalizer normalizer(JsonView view) {
    if (!view.type().equals("BertNormalizer")) {
      throw component(view, "\"BertNormalizer\" or none, as in BERT");
    }
    boolean lowercases = view.flag("lowercase", true);
    JsonView strips = view.get("strip_accents");
    return directory.configured(
        new BertNormalizer(
            view.flag("clean_text", true),
            view.flag("handle_chinese_chars", true),
            lowercases,
            lowercases),
        strips == null ? null : Boolean.valueOf(strips.flag()));
  }

  private TokenizerParts parts() {
    JsonView truncation = file.get("truncation");
    JsonView padding = file.get("padding");
    return directory.parts(
        vocabulary,
        added,
        template,
        truncation == null ? null : truncation(truncation),
        padding == null ? null : padding(padding));
  }

  private void postProcessor(JsonView view, int depth) {
    switch (view.type()) {
      case "ByteLevel" -> trim(view);
      case "BertProcessing" ->
          template = Template.bert(pairedId(view.require("cls")), pairedId(view.require("sep")));
      case "RobertaProcessing" -> {
        template = Template.roberta(pairedId(view.require("cls")), pairedId(view.require("sep")));
        trim(view);
      }
      case "TemplateProcessing" -> template = template(view);
      case "Sequence" -> {
        if (depth > 0) {
          throw component(view, "no sequence within a sequence");
        }
        view.require("processors").list().forEach(part -> postProcessor(part, depth + 1));
      }
      default ->
          throw component(
              view,
              "\"TemplateProcessing\", \"BertProcessing\", \"ByteLevel\" or a sequence of them");
    }
  }

  private void trim(JsonView view) {
    if (view.flag("trim_offsets", true)) {
      trim =
          view.flag("add_prefix_space", true)
              ? BytePairTokenizer.Trim.ALL_BUT_PREFIX
              : BytePairTokenizer.Trim.ALL;
    }
  }

  /** The id of a {@code ["[SEP]", 102]}. */
  private int pairedId(JsonView pair) {
    List<JsonView> two = pair.list();
    if (two.size() != 2) {
      throw pair.expected("a token and its id");
    }
    return checked(two.getLast());
  }

  private int checked(JsonView view) {
    int id = view.integer();
    boolean known =
        vocabulary.containsValue(id) || added.tokens().stream().anyMatch(t -> t.id() == id);
    if (!known) {
      throw view.expected("the id of a token");
    }
    return id;
  }

  private Template template(JsonView view) {
    Map<String, List<Integer>> ids = new HashMap<>();
    JsonView special = view.get("special_tokens");
    if (special != null) {
      special
          .members()
          .forEach((name, token) ->
              ids.put(name, token.require("ids").list().stream().map(this::checked).toList()));
    }
    return new Template(
        pieces(view.require("single"), ids, 1), pieces(view.require("pair"), ids, 2));
  }

  private static List<Template.Piece> pieces(
      JsonView list, Map<String, List<Integer>> ids, int sequences) {
    List<Template.Piece> pieces = new ArrayList<>();
    int seen = 0;
    for (JsonView entry : list.list()) {
      JsonView sequence = entry.get("Sequence");
      JsonView special = sequence == null ? entry.require("SpecialToken") : sequence;
      String name = special.require("id").text();
      int typeId = special.integer("type_id", 0);
      if (sequence != null) {
        seen |= name.equals("A") ? 1 : 2;
        pieces.add(new Template.Sequence(name.equals("A") ? 0 : 1, typeId));
      } else {
        List<Integer> known = ids.get(name);
        if (known == null) {
          throw special.expected("one of the template's special_tokens");
        }
        pieces.add(new Template.Special(known, typeId));
      }
    }
    if (seen != (1 << sequences) - 1) {
      throw list.expected(sequences == 1 ? "the sequence A" : "the sequences A and B");
    }
    return pieces;
  }

  private static Truncation truncation(JsonView view) {
    JsonView strategy = view.get("strategy");
    String name = strategy == null ? "LongestFirst" : strategy.text();
    Truncation.Strategy which =
        switch (name) {
          case "LongestFirst" -> Truncation.Strategy.LONGEST_FIRST;
          case "OnlyFirst" -> Truncation.Strategy.ONLY_FIRST;
          case "OnlySecond" -> Truncation.Strategy.ONLY_SECOND;
          default ->
              throw view.require("strategy")
                  .expected("\"LongestFirst\", \"OnlyFirst\" or \"OnlySecond\"");
        };
    return new Truncation(view.require("max_length").integer(), side(view), which);
  }

  private static Padding padding(JsonView view) {
    JsonView strategy = view.require("strategy");
    Padding.Length length = new Padding.Length.Longest();
    if (strategy.node().isObject()) {
      length = new Padding.Length.Fixed(strategy.require("Fixed").integer());
    } else if (!strategy.text().equals("BatchLongest")) {
      throw strategy.expected("\"BatchLongest\" or {\"Fixed\": length}");
    }
    return new Padding(
        side(view),
        length,
        Math.max(1, view.integer("pad_to_multiple_of", 1)),
        view.integer("pad_id", 0),
        view.integer("pad_type_id", 0),
        view.require("pad_token").text());
  }

  private static Side side(JsonView view) {
    String direction = view.text("direction");
    return switch (direction == null ? "Right" : direction) {
      case "Right" -> Side.RIGHT;
      case "Left" -> Side.LEFT;
      default -> throw view.require("direction").expected("\"Right\" or \"Left\"");
    };
  }

  private static InputException component(JsonView view, String expected) {
    return view.require("type").expected(expected);
  }
}
