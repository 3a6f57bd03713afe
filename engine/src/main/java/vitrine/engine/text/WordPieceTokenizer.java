package vitrine.engine.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;

/**
 * BERT's tokenizer: words at white space and punctuation, each cut greedily into the longest pieces
 * the vocabulary has.
 *
 * <p>After Devlin et al., "BERT", 2019 (the algorithm is that of Wu et al., "Google's Neural
 * Machine Translation System", 2016). A word with a part that is in no piece, or of more than 100
 * characters, is one unknown token.
 */
public final class WordPieceTokenizer extends VocabularyTokenizer {
  /** BERT's special tokens. */
  static final Map<Role, String> USUAL_SPECIAL =
      Map.of(
          Role.UNKNOWN, "[UNK]",
          Role.CLASSIFICATION, "[CLS]",
          Role.SEPARATOR, "[SEP]",
          Role.MASK, "[MASK]",
          Role.PAD, "[PAD]");

  /** The most characters of a word that is not unknown. */
  static final int LONGEST_WORD = 100;

  private final Options options;
  private final PieceTrie pieces;
  private final int continuation;
  private final int unknown;

  /**
   * How words become pieces.
   *
   * @param normalizer what happens to the text first; null: nothing
   * @param unknown the unknown token
   * @param prefix what marks a piece that continues a word
   * @param maxWord the most characters of a word that is not unknown
   * @param cleansUp whether decoding removes the blanks before punctuation
   */
  record Options(
      @Nullable BertNormalizer normalizer,
      String unknown,
      String prefix,
      int maxWord,
      boolean cleansUp) {}

  WordPieceTokenizer(TokenizerParts parts, Options options) {
    super(parts, token -> normalized(options, token));
    this.options = options;
    pieces = new PieceTrie(2 * parts.model().size());
    parts.model().forEach(pieces::add);
    continuation = pieces.walk(options.prefix());
    unknown =
        id(options.unknown())
            .orElseThrow(() ->
                new InputException(
                    "tokenizer: vocabulary: no token %s; expected the unknown token."
                            .formatted(options.unknown())
                        + " Add it, or name another as unk_token."));
  }

  /**
   * A tokenizer of a vocabulary in code, with BERT's usual special tokens.
   *
   * @param vocabulary the tokens by id; with [UNK], [CLS] and [SEP] among them
   * @throws InputException when one of these is missing, or a token is there twice
   */
  public static WordPieceTokenizer of(List<String> vocabulary, Casing casing) {
    Map<String, Integer> model = new LinkedHashMap<>();
    for (String token : vocabulary) {
      if (model.put(token, model.size()) != null) {
        throw new InputException(
            "tokenizer: vocabulary: %s twice; expected each token once.".formatted(token));
      }
    }
    Map<Role, Integer> roles = usualRoles(USUAL_SPECIAL, model);
    List<AddedToken> added = new ArrayList<>();
    roles.forEach((role, id) -> added.add(AddedToken.special(id, vocabulary.get(id))));
    return new WordPieceTokenizer(
        TokenizerParts.of(model, added, template(roles), roles),
        new Options(BertNormalizer.of(casing), "[UNK]", "##", LONGEST_WORD, true));
  }

  /** BERT's spelling of the special token with a role. */
  static String usualSpecial(Role role) {
    return Objects.requireNonNull(USUAL_SPECIAL.get(role), role::name);
  }

  /** BERT's template of the special tokens with these roles. */
  static Template template(Map<Role, Integer> roles) {
    Integer classification = roles.get(Role.CLASSIFICATION);
    Integer separator = roles.get(Role.SEPARATOR);
    if (classification == null || separator == null) {
      throw new InputException(
          "tokenizer: vocabulary: no token %s; expected BERT's special tokens."
                  .formatted(classification == null ? "[CLS]" : "[SEP]")
              + " Add it, or name another in special_tokens_map.json.");
    }
    return Template.bert(classification, separator);
  }

  private static String normalized(Options options, String token) {
    BertNormalizer normalizer = options.normalizer();
    return normalizer == null ? token : normalizer.normalize(token, 0, token.length()).toString();
  }

  @Override
  void tokenize(String text, int from, int to, TokenBuffer tokens) {
    BertNormalizer normalizer =
        options.normalizer() == null
            ? new BertNormalizer(false, false, false, false)
            : options.normalizer();
    AlignedText normalized = normalizer.normalize(text, from, to);
    added()
        .splitNormalized(
            normalized,
            0,
            normalized.length(),
            new AddedTokens.Parts() {
              @Override
              public void plain(int begin, int end) {
                BertWords.split(
                    normalized, begin, end, (start, stop) -> word(normalized, start, stop, tokens));
              }

              @Override
              public void token(AddedToken token, int begin, int end) {
                tokens.add(token.id(), normalized.start(begin), normalized.end(end - 1));
              }
            });
  }

  private void word(AlignedText text, int from, int to, TokenBuffer tokens) {
    int before = tokens.size();
    int start = from;
    while (start < to && fits(text, from, to)) {
      int end = start;
      int id = PieceTrie.NONE;
      int node = start == from ? PieceTrie.ROOT : continuation;
      for (int i = start; i < to && node != PieceTrie.NONE; i++) {
        node = pieces.step(node, text.charAt(i));
        if (node != PieceTrie.NONE && pieces.value(node) != PieceTrie.NONE) {
          id = pieces.value(node);
          end = i + 1;
        }
      }
      if (id == PieceTrie.NONE) {
        break;
      }
      tokens.add(id, text.start(start), text.end(end - 1));
      start = end;
    }
    if (start < to) {
      tokens.truncate(before);
      tokens.add(unknown, text.start(from), text.end(to - 1));
    }
  }

  private boolean fits(AlignedText text, int from, int to) {
    return to - from <= options.maxWord()
        || Character.codePointCount(text, from, to) <= options.maxWord();
  }

  @Override
  void finish(String text, TokenBuffer tokens) {
    // Offsets are final when they are found.
  }

  @Override
  public String decode(int... ids) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < ids.length; i++) {
      String token = token(ids[i]);
      String part = token;
      if (i > 0) {
        part =
            token.startsWith(options.prefix())
                ? token.substring(options.prefix().length())
                : " " + token;
      }
      text.append(options.cleansUp() ? cleanUp(part) : part);
    }
    return text.toString();
  }

  /** The reference's clean-up, which it applies to each token by itself. */
  private static String cleanUp(String part) {
    String text = part;
    for (List<String> change : CLEAN_UP) {
      text = text.replace(change.getFirst(), change.getLast());
    }
    return text;
  }

  private static final List<List<String>> CLEAN_UP =
      List.of(
          List.of(" .", "."),
          List.of(" ?", "?"),
          List.of(" !", "!"),
          List.of(" ,", ","),
          List.of(" ' ", "'"),
          List.of(" n't", "n't"),
          List.of(" 'm", "'m"),
          List.of(" do not", " don't"),
          List.of(" 's", "'s"),
          List.of(" 've", "'ve"),
          List.of(" 're", "'re"));
}
