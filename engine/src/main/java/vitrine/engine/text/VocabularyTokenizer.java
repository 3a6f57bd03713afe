package vitrine.engine.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;

/** The road both kinds of tokenizer share; what is between added tokens is theirs. */
abstract sealed class VocabularyTokenizer implements Tokenizer
    permits BytePairTokenizer, WordPieceTokenizer {
  private final Vocabulary vocabulary;
  private final AddedTokens added;
  private final Set<Integer> specialIds;
  private final TokenizerParts parts;

  VocabularyTokenizer(TokenizerParts parts, UnaryOperator<String> normalizer) {
    this.parts = parts;
    vocabulary = Vocabulary.of(parts.model(), parts.added());
    added = new AddedTokens(parts.added(), normalizer);
    specialIds =
        parts.added().stream()
            .filter(AddedToken::special)
            .map(AddedToken::id)
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Tokenizes {@code text[from, to)}, which holds no added token that is looked for as it stands.
   */
  abstract void tokenize(String text, int from, int to, TokenBuffer tokens);

  /** Gives the offsets of a text's tokens, already truncated, their final form. */
  abstract void finish(String text, TokenBuffer tokens);

  final Vocabulary vocabulary() {
    return vocabulary;
  }

  final AddedTokens added() {
    return added;
  }

  @Override
  public final Encoding encode(String text) {
    return encodeAll(text, null, null);
  }

  @Override
  public final Encoding encode(String text, String pair) {
    return encodeAll(text, pair, null);
  }

  @Override
  public final Encoding encode(String text, Truncation truncation) {
    return encodeAll(text, null, truncation);
  }

  @Override
  public final Encoding encode(String text, String pair, Truncation truncation) {
    return encodeAll(text, pair, truncation);
  }

  private Encoding encodeAll(String text, @Nullable String pair, @Nullable Truncation truncation) {
    TokenBuffer first = sequence(text);
    @Nullable TokenBuffer second = pair == null ? null : sequence(pair);
    List<Template.Piece> template =
        pair == null ? parts.template().single() : parts.template().pair();
    if (truncation != null) {
      int special = parts.template().added(template);
      if (truncation.maxLength() < special) {
        throw new InputException(
            "tokenize: truncation: %d tokens; expected at least the %d special ones."
                    .formatted(truncation.maxLength(), special)
                + " Give a larger length.");
      }
      Truncator.truncate(first, second, truncation.maxLength() - special, truncation);
    }
    finish(text, first);
    if (pair != null && second != null) {
      finish(pair, second);
    }
    return assemble(template, first, second);
  }

  private TokenBuffer sequence(String text) {
    TokenBuffer tokens = new TokenBuffer();
    added.splitRaw(
        text,
        new AddedTokens.Parts() {
          @Override
          public void plain(int from, int to) {
            tokenize(text, from, to, tokens);
          }

          @Override
          public void token(AddedToken token, int from, int to) {
            tokens.add(token.id(), from, to);
          }
        });
    return tokens;
  }

  private Encoding assemble(
      List<Template.Piece> template, TokenBuffer first, @Nullable TokenBuffer second) {
    TokenBuffer all = new TokenBuffer();
    List<Integer> lengths = new ArrayList<>();
    for (Template.Piece piece : template) {
      int before = all.size();
      switch (piece) {
        case Template.Special special -> special.ids().forEach(id -> all.add(id, 0, 0));
        case Template.Sequence sequence -> {
          TokenBuffer tokens = sequence.index() == 1 && second != null ? second : first;
          for (int i = 0; i < tokens.size(); i++) {
            all.add(tokens.id(i), tokens.start(i), tokens.end(i));
          }
        }
      }
      lengths.add(all.size() - before);
    }
    int n = all.size();
    int[] typeIds = new int[n];
    int at = 0;
    for (int piece = 0; piece < template.size(); piece++) {
      Arrays.fill(typeIds, at, at + lengths.get(piece), template.get(piece).typeId());
      at += lengths.get(piece);
    }
    String[] tokens = new String[n];
    int[] ids = new int[n];
    int[] starts = new int[n];
    int[] ends = new int[n];
    int[] mask = new int[n];
    for (int i = 0; i < n; i++) {
      ids[i] = all.id(i);
      tokens[i] = token(ids[i]);
      starts[i] = all.start(i);
      ends[i] = all.end(i);
    }
    Arrays.fill(mask, 1);
    return new Encoding(Arrays.asList(tokens), ids, starts, ends, typeIds, mask);
  }

  @Override
  public final String token(int id) {
    String token = vocabulary.token(id);
    if (token == null) {
      throw new InputException(
          "token: id %d: no such token; expected an id of the vocabulary, 0 to %d."
              .formatted(id, vocabulary.size() - 1));
    }
    return token;
  }

  @Override
  public final OptionalInt id(String token) {
    return vocabulary.id(token);
  }

  @Override
  public final int size() {
    return vocabulary.size();
  }

  @Override
  public final OptionalInt special(Role role) {
    Integer id = parts.roles().get(role);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public final boolean isSpecial(int id) {
    return specialIds.contains(id);
  }

  @Override
  public final Padding padding(Side side) {
    int id =
        pad()
            .orElseThrow(() ->
                new InputException(
                    "pad: tokenizer: no padding token; expected one with the role pad_token."
                        + " Name one in special_tokens_map.json."));
    return new Padding(side, new Padding.Length.Longest(), 1, id, 0, token(id));
  }

  @Override
  public final Optional<Truncation> declaredTruncation() {
    return Optional.ofNullable(parts.truncation());
  }

  @Override
  public final Optional<Padding> declaredPadding() {
    return Optional.ofNullable(parts.padding());
  }

  @Override
  public final List<String> notes() {
    return parts.notes();
  }

  /** The roles whose usual spelling the vocabulary has. */
  static Map<Role, Integer> usualRoles(Map<Role, String> usual, Map<String, Integer> vocabulary) {
    Map<Role, Integer> roles = new EnumMap<>(Role.class);
    usual.forEach((role, token) -> {
      Integer id = vocabulary.get(token);
      if (id != null) {
        roles.put(role, id);
      }
    });
    return roles;
  }
}
