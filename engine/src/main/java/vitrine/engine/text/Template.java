package vitrine.engine.text;

import java.util.List;

/**
 * What stands around the sequences a model sees, such as {@code [CLS] A [SEP] B [SEP]}.
 *
 * @param single for one sequence
 * @param pair for two
 */
record Template(List<Piece> single, List<Piece> pair) {

  /** One place of a template. */
  sealed interface Piece {
    /** The type id of its tokens. */
    int typeId();
  }

  /** A sequence: 0 the first, 1 the second. */
  record Sequence(int index, int typeId) implements Piece {}

  /** Special tokens. */
  record Special(List<Integer> ids, int typeId) implements Piece {}

  /** Just the sequences; the second's type id is 1. */
  static final Template PLAIN =
      new Template(List.of(new Sequence(0, 0)), List.of(new Sequence(0, 0), new Sequence(1, 1)));

  /** BERT's: {@code [CLS] A [SEP]} and {@code [CLS] A [SEP] B [SEP]}. */
  static Template bert(int classification, int separator) {
    Special open = new Special(List.of(classification), 0);
    Special close = new Special(List.of(separator), 0);
    return new Template(
        List.of(open, new Sequence(0, 0), close),
        List.of(
            open,
            new Sequence(0, 0),
            close,
            new Sequence(1, 1),
            new Special(List.of(separator), 1)));
  }

  /** RoBERTa's: {@code <s> A </s>} and {@code <s> A </s> </s> B </s>}, all of type 0. */
  static Template roberta(int open, int close) {
    Special opening = new Special(List.of(open), 0);
    Special closing = new Special(List.of(close), 0);
    return new Template(
        List.of(opening, new Sequence(0, 0), closing),
        List.of(
            opening,
            new Sequence(0, 0),
            new Special(List.of(close, close), 0),
            new Sequence(1, 0),
            closing));
  }

  /** One special token before each sequence. */
  static Template opened(int begin) {
    return new Template(
        List.of(new Special(List.of(begin), 0), new Sequence(0, 0)),
        List.of(
            new Special(List.of(begin), 0),
            new Sequence(0, 0),
            new Special(List.of(begin), 1),
            new Sequence(1, 1)));
  }

  /** How many special tokens it adds. */
  int added(List<Piece> pieces) {
    int added = 0;
    for (Piece piece : pieces) {
      switch (piece) {
        case Special special -> added += special.ids().size();
        case Sequence sequence -> {}
      }
    }
    return added;
  }
}
