package vitrine.interp.pictures;

import java.util.ArrayList;
import java.util.List;

/** Nodes in rows, the lowest layer at the bottom; edges as lines, the heavier the wider. */
final class GraphLayout {
  private static final double NODE_HEIGHT = 24;
  private static final double ROW = 84;
  private static final double GAP = 14;
  private static final double NARROWEST_NODE = 44;
  private static final double WIDEST_NODE = 150;
  private static final double WIDEST_EDGE = 6;

  /** How far a long edge goes aside, and from how many pieces it is drawn. */
  private static final double BOW = 29;

  private static final int PIECES = 16;
  private static final double SIZE = TextRole.TICK.size();

  private GraphLayout() {}

  static Drawing draw(Graph graph) {
    Drawing.Builder to = new Drawing.Builder();
    double node =
        graph.nodes().stream()
            .mapToDouble(each -> Letters.width(each.name(), SIZE) + 12)
            .max()
            .orElse(0);
    node = Math.clamp(node, NARROWEST_NODE, WIDEST_NODE);
    int layers = graph.nodes().stream().mapToInt(Graph.Node::layer).max().orElse(0) + 1;
    int[] count = new int[layers];
    int[] place = new int[graph.nodes().size()];
    int most = 1;
    for (int i = 0; i < place.length; i++) {
      place[i] = count[graph.nodes().get(i).layer()]++;
      most = Math.max(most, place[i] + 1);
    }
    double plot = most * (node + GAP);
    double width = Layout.width(plot);
    double top = Layout.head(to, graph.caption(), width) + 4;
    double[] x = new double[place.length];
    double[] y = new double[place.length];
    for (int i = 0; i < place.length; i++) {
      int layer = graph.nodes().get(i).layer();
      x[i] = width / 2 + (place[i] - (count[layer] - 1) / 2.0) * (node + GAP);
      y[i] = top + (layers - 1 - layer) * ROW + NODE_HEIGHT / 2;
    }
    edges(to, graph, x, y);
    for (int i = 0; i < place.length; i++) {
      node(to, graph.nodes().get(i).name(), x[i], y[i], node);
    }
    double bottom = top + (layers - 1) * ROW + NODE_HEIGHT;
    double size = TextRole.LABEL.size();
    String legend =
        "line width: size of " + graph.weights() + "; a dashed line is a negative number";
    for (String line : Letters.wrap(legend, size, width - 2 * Layout.MARGIN)) {
      bottom += size * 1.4;
      to.text(Layout.MARGIN, bottom, line, TextRole.LABEL, Mark.Anchor.START);
    }
    return to.build(width, Layout.foot(to, graph.caption(), bottom, width), graph.caption());
  }

  private static void edges(Drawing.Builder to, Graph graph, double[] x, double[] y) {
    double heaviest =
        graph.edges().stream()
            .mapToDouble(edge -> Math.abs(edge.weight()))
            .filter(Double::isFinite)
            .max()
            .orElse(0);
    for (Graph.Edge edge : graph.edges()) {
      double share = heaviest == 0 ? 0 : Math.abs(edge.weight()) / heaviest;
      String tip =
          "%s to %s: %s"
              .formatted(
                  graph.nodes().get(edge.from()).name(),
                  graph.nodes().get(edge.to()).name(),
                  ColourBar.value(graph.weights(), edge.weight()));
      to.add(
          new Mark.Polyline(
              way(x[edge.from()], y[edge.from()], x[edge.to()], y[edge.to()]),
              Paint.of(Tone.ofSeries(edge.weight() < 0 ? 1 : 0)),
              Double.isFinite(share) ? Math.max(0.5, share * WIDEST_EDGE) : 0.5,
              edge.weight() < 0 ? Mark.Dash.DASHED : Mark.Dash.SOLID,
              tip));
    }
  }

  /** Straight to the next layer; in a bow past the nodes of the layers between. */
  private static List<Mark.Spot> way(double x1, double y1, double x2, double y2) {
    double bow = Math.abs(y2 - y1) > ROW * 1.5 ? BOW : 0;
    int pieces = bow == 0 ? 1 : PIECES;
    List<Mark.Spot> spots = new ArrayList<>();
    for (int i = 0; i <= pieces; i++) {
      double share = (double) i / pieces;
      double aside = bow * 4 * share * (1 - share);
      spots.add(new Mark.Spot(x1 + share * (x2 - x1) + aside, y1 + share * (y2 - y1)));
    }
    return spots;
  }

  private static void node(Drawing.Builder to, String name, double x, double y, double width) {
    double left = x - width / 2;
    double top = y - NODE_HEIGHT / 2;
    to.add(new Mark.Box(left, top, width, NODE_HEIGHT, Paint.of(Tone.SOFT), null));
    to.box(left + 1, top + 1, width - 2, NODE_HEIGHT - 2, Paint.of(Tone.PAPER), name);
    String text = Letters.fit(name, SIZE, width - 8);
    to.text(x, y + SIZE * 0.35, text, TextRole.TICK, Mark.Anchor.MIDDLE, Paint.of(Tone.INK));
  }
}
