package vitrine.interp.pictures;

import java.util.List;

/**
 * Parts of a model and what passes between them, the lower layers below: composition graphs.
 *
 * @param weights what the numbers of edges are
 * @param nodes each in its layer
 * @param edges from and to indices of nodes
 */
public record Graph(Caption caption, Quantity weights, List<Node> nodes, List<Edge> edges)
    implements Picture {
  public Graph {
    nodes = List.copyOf(nodes);
    edges = List.copyOf(edges);
    for (Edge edge : edges) {
      if (Math.min(edge.from(), edge.to()) < 0
          || Math.max(edge.from(), edge.to()) >= nodes.size()) {
        throw new IllegalArgumentException(
            "graph: " + edge + "; expected nodes from 0 to " + (nodes.size() - 1));
      }
    }
  }

  /**
   * A part.
   *
   * @param layer from 0; the row it is drawn in, counted from below
   */
  public record Node(String name, int layer) {}

  /**
   * What passes.
   *
   * @param weight its size is the line's width
   */
  public record Edge(int from, int to, double weight) {}
}
