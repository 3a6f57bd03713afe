package vitrine.interp.probe.tasks;

import java.util.Optional;
import vitrine.engine.InputException;
import vitrine.engine.conllu.Sentence;
import vitrine.engine.conllu.Word;

/** What is told of a treebank's words. */
public sealed interface WordTask {
  /** A column of the file. */
  enum Column implements WordTask {
    UPOS,
    XPOS,
    DEPREL;

    @Override
    public Optional<String> label(Sentence sentence, Word word) {
      String value =
          switch (this) {
            case UPOS -> word.upos();
            case XPOS -> word.xpos();
            case DEPREL -> word.deprel();
          };
      return value.equals("_") ? Optional.empty() : Optional.of(value);
    }
  }

  /** The value of a morphological feature; words without it have no label. */
  record Feature(String name) implements WordTask {
    @Override
    public Optional<String> label(Sentence sentence, Word word) {
      return word.feature(name);
    }
  }

  /**
   * How far the head stands, in words, negative for before; beyond {@link #FAR} as one. The root
   * has no label.
   */
  record HeadDistance() implements WordTask {
    private static final int FAR = 5;

    @Override
    public Optional<String> label(Sentence sentence, Word word) {
      if (word.head().orElse(0) == 0) {
        return Optional.empty();
      }
      int distance = word.head().getAsInt() - word.id();
      return Optional.of(Integer.toString(Math.clamp(distance, -FAR, FAR)));
    }
  }

  /** How many steps the root is away; beyond {@link #FAR} as one. */
  record Depth() implements WordTask {
    private static final int FAR = 8;

    @Override
    public Optional<String> label(Sentence sentence, Word word) {
      int depth = 0;
      Word at = word;
      while (at.head().orElse(0) != 0) {
        at = sentence.words().get(at.head().getAsInt() - 1);
        depth++;
      }
      return at.head().isEmpty()
          ? Optional.empty()
          : Optional.of(Integer.toString(Math.min(depth, FAR)));
    }
  }

  /** The label of a word, where it has one. */
  Optional<String> label(Sentence sentence, Word word);

  /** What the command line calls them. */
  String NAMES = "upos, xpos, deprel, feature:NAME, head-distance, depth";

  /**
   * By its name.
   *
   * @throws InputException when there is none of that name
   */
  static WordTask of(String name) {
    if (name.startsWith("feature:") && name.length() > "feature:".length()) {
      return new Feature(name.substring("feature:".length()));
    }
    return switch (name) {
      case "upos" -> Column.UPOS;
      case "xpos" -> Column.XPOS;
      case "deprel" -> Column.DEPREL;
      case "head-distance" -> new HeadDistance();
      case "depth" -> new Depth();
      default ->
          throw new InputException(
              "probe: --task: %s; expected %s of a treebank. See: vitrine help probe"
                  .formatted(name, NAMES));
    };
  }
}
