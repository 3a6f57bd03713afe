package vitrine.interp.lens;

/** The token whose rank is followed through the layers, at each position. */
public sealed interface Chosen {
  /** What the whole model ranks first there. */
  record Predicted() implements Chosen {
    @Override
    public String toString() {
      return "predicted";
    }
  }

  /** The text's next token; none at the end. */
  record Next() implements Chosen {
    @Override
    public String toString() {
      return "next";
    }
  }

  /** The same everywhere. */
  record Token(int id) implements Chosen {
    @Override
    public String toString() {
      return "token:" + id;
    }
  }
}
