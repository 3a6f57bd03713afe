package vitrine.interp.ablation;

import java.util.Locale;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Site;

/** A part of a model that can be switched off. */
public sealed interface Component {
  /** What is swept over. */
  enum Kind {
    /** Attention heads, at their mixes of values. */
    HEADS,
    /** Neurons of the MLPs, after their activation. */
    NEURONS,
    /** Whole attention sublayers, at their output. */
    ATTENTION,
    /** Whole MLP sublayers, at their output. */
    MLP,
    /** Both kinds of sublayers. */
    SUBLAYERS,
    /** Whole blocks, at their output. */
    LAYERS,
    /** Positions of the stream as it enters a block. */
    POSITIONS;

    /** As the command line has it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** What one of several in a layer is called; empty where there is one a layer. */
    String member() {
      return switch (this) {
        case HEADS -> "head";
        case NEURONS -> "neuron";
        case POSITIONS -> "position";
        case ATTENTION, MLP, SUBLAYERS, LAYERS -> "";
      };
    }
  }

  /** A head. */
  record Head(int layer, int head) implements Component {
    @Override
    public Site site() {
      return Site.z(layer).head(head);
    }

    @Override
    public String toString() {
      return "L" + layer + "H" + head;
    }
  }

  /** Neurons {@code from} up to but excluding {@code to}. */
  record Neurons(int layer, int from, int to) implements Component {
    Indices indices() {
      return to == from + 1 ? Indices.of(from) : Indices.range(from, to);
    }

    @Override
    public Site site() {
      return Site.mlpPost(layer).neurons(indices());
    }

    @Override
    public String toString() {
      return "L" + layer + "N" + (to == from + 1 ? from : from + ".." + to);
    }
  }

  /** An attention sublayer. */
  record Attention(int layer) implements Component {
    @Override
    public Site site() {
      return Site.attnOut(layer);
    }

    @Override
    public String toString() {
      return "L" + layer + ".attn";
    }
  }

  /** An MLP sublayer. */
  record Mlp(int layer) implements Component {
    @Override
    public Site site() {
      return Site.mlpOut(layer);
    }

    @Override
    public String toString() {
      return "L" + layer + ".mlp";
    }
  }

  /** A block. */
  record Block(int layer) implements Component {
    @Override
    public Site site() {
      return Site.residPost(layer);
    }

    @Override
    public String toString() {
      return "L" + layer;
    }
  }

  /** A position of what enters a block; negative ones count from the end of each text. */
  record Position(int layer, int position) implements Component {
    /** Where it is in a text of that many tokens; outside it where there is none. */
    int at(int length) {
      return position < 0 ? position + length : position;
    }

    @Override
    public Site site() {
      return Site.residPre(layer).position(position);
    }

    @Override
    public String toString() {
      return "L" + layer + "P" + position;
    }
  }

  int layer();

  /** Where its value is. */
  Site site();

  /** Its number among those of its layer. */
  default int place() {
    return switch (this) {
      case Head head -> head.head();
      case Neurons neurons -> neurons.from();
      case Position position -> position.position();
      case Attention _, Block _ -> 0;
      case Mlp _ -> 1;
    };
  }
}
