package vitrine.engine.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;

/**
 * Finds and reads the tokenizer of a Hugging Face model directory.
 *
 * <p>A {@code tokenizer.json} comes first; without one, {@code vocab.json} with {@code merges.txt}
 * (or {@code encoder.json} with {@code vocab.bpe}) is GPT-2's, and {@code vocab.txt} is BERT's.
 * {@code tokenizer_config.json}, {@code special_tokens_map.json} and {@code added_tokens.json} add
 * what they say. What {@code tokenizer_config.json} says of case, accents, ideographs and the
 * prefix blank wins over {@code tokenizer.json}, as in the reference.
 */
public final class Tokenizers {
  private static final String WHOLE = "tokenizer.json";
  private static final List<String> GPT2_VOCABULARIES = List.of("vocab.json", "encoder.json");
  private static final List<String> GPT2_MERGES = List.of("merges.txt", "vocab.bpe");
  private static final String BERT_VOCABULARY = "vocab.txt";

  private static final String CONFIG = "tokenizer_config.json";
  private static final String SPECIAL = "special_tokens_map.json";
  private static final String ADDED = "added_tokens.json";

  private final Path directory;
  private final List<String> notes = new ArrayList<>();
  private final @Nullable JsonView config;
  private final @Nullable JsonView tokenizerConfig;

  private Tokenizers(Path directory) {
    this.directory = directory;
    config = optional("config.json");
    tokenizerConfig = optional(CONFIG);
  }

  /**
   * The tokenizer of a directory, or nothing when no tokenizer's file is there.
   *
   * @throws InputException when the files cannot be used
   */
  public static Optional<Tokenizer> find(Path modelDirectory) {
    return vocabularyFiles().stream().anyMatch(name -> Files.exists(modelDirectory.resolve(name)))
        ? Optional.of(load(modelDirectory))
        : Optional.empty();
  }

  private static List<String> vocabularyFiles() {
    List<String> names = new ArrayList<>(List.of(WHOLE, BERT_VOCABULARY));
    names.addAll(GPT2_VOCABULARIES);
    names.addAll(GPT2_MERGES);
    return names;
  }

  /** The names of all files of a directory that belong to its tokenizer, whatever its kind. */
  public static List<String> files() {
    List<String> names = vocabularyFiles();
    names.addAll(List.of(CONFIG, SPECIAL, ADDED));
    return List.copyOf(names);
  }

  /**
   * The tokenizer of a directory.
   *
   * @throws InputException when files are missing, cannot be read, contradict each other or the
   *     model, or ask for something that is neither GPT-2's nor BERT's tokenizer
   */
  public static Tokenizer load(Path modelDirectory) {
    return new Tokenizers(modelDirectory).load();
  }

  private Tokenizer load() {
    Tokenizer tokenizer;
    if (has(WHOLE)) {
      tokenizer = TokenizerJson.read(JsonView.read(directory.resolve(WHOLE)), this);
    } else {
      tokenizer = isBert() ? bert() : gpt2();
    }
    JsonView size = config == null ? null : config.get("vocab_size");
    if (size != null && tokenizer.size() > size.integer()) {
      throw new InputException(
          "tokenizer: %s: largest id %d; expected less than the %d of vocab_size in config.json."
                  .formatted(directory, tokenizer.size() - 1, size.integer())
              + " Use the files of one model.");
    }
    return tokenizer;
  }

  private boolean isBert() {
    @Nullable String vocabulary = firstOf(GPT2_VOCABULARIES);
    if (vocabulary == null && !has(BERT_VOCABULARY)) {
      throw new InputException(
          "tokenizer: %s: no tokenizer's files; expected %s, or vocab.json with merges.txt, or %s."
              .formatted(directory, WHOLE, BERT_VOCABULARY));
    }
    if (vocabulary == null || !has(BERT_VOCABULARY)) {
      return vocabulary == null;
    }
    String type = config == null ? null : config.text("model_type");
    if ("bert".equals(type) || "gpt2".equals(type)) {
      return "bert".equals(type);
    }
    throw new InputException(
        "tokenizer: %s: both %s and %s; expected one, or a config.json with model_type bert or gpt2."
            .formatted(directory, vocabulary, BERT_VOCABULARY));
  }

  private Tokenizer gpt2() {
    String vocabularyFile = firstOf(GPT2_VOCABULARIES);
    String mergesFile = firstOf(GPT2_MERGES);
    if (vocabularyFile == null || mergesFile == null) {
      throw new InputException(
          "tokenizer: %s: %s without %s; expected both. Fetch the missing file."
              .formatted(
                  directory,
                  vocabularyFile == null ? mergesFile : vocabularyFile,
                  vocabularyFile == null ? "vocab.json" : "merges.txt"));
    }
    Map<String, Integer> vocabulary =
        VocabularyFiles.ids(JsonView.read(directory.resolve(vocabularyFile)));
    BytePairMerges merges =
        BytePairMerges.of(
            VocabularyFiles.merges(directory.resolve(mergesFile)), vocabulary, mergesFile);
    AddedTokenFiles added = new AddedTokenFiles(vocabulary, notes);
    for (Role role : List.of(Role.UNKNOWN, Role.BEGIN_OF_TEXT, Role.END_OF_TEXT)) {
      added.usual(role, BytePairTokenizer.END_OF_TEXT);
    }
    addTokens(added);
    Template template = Template.PLAIN;
    Integer begin = added.roles().get(Role.BEGIN_OF_TEXT);
    if (configured("add_bos_token", false) && begin != null) {
      template = Template.opened(begin);
    }
    return bytePair(
        parts(vocabulary, added, template, null, null),
        merges,
        new BytePairTokenizer.Options(
            configured("add_prefix_space", false),
            false,
            BytePairTokenizer.Split.WORDS,
            BytePairTokenizer.Trim.NONE,
            OptionalInt.empty()));
  }

  private Tokenizer bert() {
    Map<String, Integer> vocabulary =
        VocabularyFiles.lines(directory.resolve(BERT_VOCABULARY), notes);
    AddedTokenFiles added = new AddedTokenFiles(vocabulary, notes);
    WordPieceTokenizer.USUAL_SPECIAL.forEach(added::usual);
    addTokens(added);
    if (tokenizerConfig == null || !tokenizerConfig.has("do_lower_case")) {
      notes.add("no do_lower_case in tokenizer_config.json: texts are lower-cased");
    }
    String unknown = role(vocabulary, added, Role.UNKNOWN, "[UNK]");
    return new WordPieceTokenizer(
        parts(vocabulary, added, WordPieceTokenizer.template(added.roles()), null, null),
        new WordPieceTokenizer.Options(
            configured(new BertNormalizer(true, true, true, true), null),
            unknown,
            "##",
            WordPieceTokenizer.LONGEST_WORD,
            true));
  }

  private static String role(
      Map<String, Integer> vocabulary, AddedTokenFiles added, Role role, String usual) {
    Integer id = added.roles().get(role);
    return vocabulary.entrySet().stream()
        .filter(entry -> entry.getValue().equals(id))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(usual);
  }

  /** The tokenizer, with a note when the vocabulary cannot spell every byte. */
  Tokenizer bytePair(
      TokenizerParts parts, BytePairMerges merges, BytePairTokenizer.Options options) {
    int missing = 0;
    for (int b = 0; b < 256; b++) {
      if (!parts.model().containsKey(String.valueOf(ByteAlphabet.toChar(b)))) {
        missing++;
      }
    }
    if (missing > 0) {
      notes.add(
          "the vocabulary spells %d of the 256 bytes; the others are %s, as in the reference"
              .formatted(
                  256 - missing, options.unknown().isPresent() ? "unknown" : "left out of texts"));
    }
    return new BytePairTokenizer(parts.with(notes), merges, options);
  }

  /** What the other files say of added and special tokens. */
  void addTokens(AddedTokenFiles added) {
    JsonView decoder = tokenizerConfig == null ? null : tokenizerConfig.get("added_tokens_decoder");
    JsonView more = optional(ADDED);
    JsonView roles = optional(SPECIAL);
    if (decoder != null) {
      added.decoder(decoder);
    } else if (more != null) {
      added.map(more);
    }
    if (tokenizerConfig != null) {
      added.roles(tokenizerConfig);
    }
    if (decoder == null && roles != null) {
      added.roles(roles);
    }
  }

  TokenizerParts parts(
      Map<String, Integer> vocabulary,
      AddedTokenFiles added,
      Template template,
      @Nullable Truncation truncation,
      @Nullable Padding padding) {
    return new TokenizerParts(
        vocabulary,
        added.tokens(),
        template,
        added.roles(),
        truncation,
        padding,
        List.copyOf(notes));
  }

  /** A flag of tokenizer_config.json. */
  boolean configured(String key, boolean otherwise) {
    return tokenizerConfig == null ? otherwise : tokenizerConfig.flag(key, otherwise);
  }

  /**
   * BERT's normaliser as tokenizer_config.json changes it.
   *
   * @param before what holds where it says nothing
   * @param strips what a tokenizer.json says of accents; null: they go when case does
   */
  BertNormalizer configured(BertNormalizer before, @Nullable Boolean strips) {
    boolean lowercases = configured("do_lower_case", before.lowercases());
    Boolean said = strips;
    if (tokenizerConfig != null && tokenizerConfig.has("strip_accents")) {
      JsonView configured = tokenizerConfig.get("strip_accents");
      said = configured == null ? null : Boolean.valueOf(configured.flag());
    }
    return new BertNormalizer(
        before.cleans(),
        configured("tokenize_chinese_chars", before.spacesIdeographs()),
        said == null ? lowercases : said,
        lowercases);
  }

  List<String> notes() {
    return notes;
  }

  private @Nullable String firstOf(List<String> names) {
    return names.stream().filter(this::has).findFirst().orElse(null);
  }

  private boolean has(String name) {
    return Files.exists(directory.resolve(name));
  }

  private @Nullable JsonView optional(String name) {
    return has(name) ? JsonView.read(directory.resolve(name)) : null;
  }
}
