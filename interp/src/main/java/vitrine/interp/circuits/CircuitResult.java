package vitrine.interp.circuits;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.PlannedRun;
import vitrine.interp.Provenance;
import vitrine.interp.Repeatable;
import vitrine.interp.io.Json;
import vitrine.interp.io.NumberArray;
import vitrine.interp.pictures.Bars;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Grid;
import vitrine.interp.pictures.Heatmap;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Scale;
import vitrine.interp.pictures.Table;

/** The circuits of some heads. */
public final class CircuitResult implements Repeatable {
  /** More heads than these are a table and no pictures of each. */
  private static final int MOST_DRAWN = 4;

  private static final int SHOWN_IN_TABLE = 4;
  private static final Quantity POSITIVITY = Quantity.of("copying score");

  private final Provenance provenance;
  private final List<PlannedRun> runs;
  private final Circuit.Spec spec;
  private final List<OfHead> heads;
  private final List<String> notes;
  private final List<String> tokens;

  /** The spelling of each token that is shown, by id: the result owns it. */
  private final SequencedMap<Integer, String> spelled = new LinkedHashMap<>();

  /** A token and its number. */
  public record Scored(int id, float score) {}

  /**
   * One term of a singular value decomposition.
   *
   * @param value the singular value
   * @param in the tokens that have most of what it reads; of QK those that look
   * @param out the tokens of which it says most; of QK those that are looked at
   */
  public record Term(double value, List<Scored> in, List<Scored> out) {
    public Term {
      in = List.copyOf(in);
      out = List.copyOf(out);
    }
  }

  /**
   * One circuit.
   *
   * @param singular singular values of the head's D by D matrix, the largest first, (K)
   * @param ofTokens those of the V by V circuit, likewise; no more than K are not zero
   * @param terms the first of {@code singular} with their tokens
   * @param rows one a chosen token, (V)
   * @param whole all of them, (V,V), where that was asked for; else none
   * @param positivity of its eigenvalues; NaN where it is not asked for
   */
  @SuppressWarnings("ArrayRecordComponent") // read only
  public record Side(
      double[] singular,
      double[] ofTokens,
      List<Term> terms,
      float[][] rows,
      float[][] whole,
      double positivity) {
    public Side {
      terms = List.copyOf(terms);
    }
  }

  /** One head's two circuits. */
  public record OfHead(int layer, int head, Side qk, Side ov) {
    String name() {
      return layer + "." + head;
    }
  }

  CircuitResult(
      Provenance provenance,
      List<PlannedRun> runs,
      Circuit.Spec spec,
      IntFunction<String> spelling,
      List<OfHead> heads,
      List<String> notes) {
    this.provenance = provenance;
    this.runs = List.copyOf(runs);
    this.spec = spec;
    this.heads = List.copyOf(heads);
    this.notes = List.copyOf(notes);
    this.tokens = spec.tokens().stream().map(spelling::apply).toList();
    for (OfHead head : heads) {
      for (Side side : List.of(head.qk(), head.ov())) {
        for (Term term : side.terms()) {
          term.in().forEach(each -> spelled.put(each.id(), spelling.apply(each.id())));
          term.out().forEach(each -> spelled.put(each.id(), spelling.apply(each.id())));
        }
        for (float[] row : side.rows()) {
          Circuit.top(row, spec.top())
              .forEach(each -> spelled.put(each.id(), spelling.apply(each.id())));
        }
      }
    }
  }

  /** The heads, by layer and number. */
  public List<OfHead> heads() {
    return heads;
  }

  private String spell(Scored token) {
    return spelled.getOrDefault(token.id(), Integer.toString(token.id()));
  }

  private String spell(List<Scored> some) {
    return some.stream().limit(SHOWN_IN_TABLE).map(this::spell).collect(Collectors.joining(" "));
  }

  @Override
  public List<PlannedRun> runs() {
    return runs;
  }

  @Override
  public String name() {
    return "heads";
  }

  @Override
  public String title() {
    return "What heads of " + provenance.model() + " look for and say, by their weights";
  }

  @Override
  public Provenance provenance() {
    return provenance;
  }

  @Override
  public List<Picture> pictures() {
    List<Picture> pictures = new ArrayList<>();
    pictures.add(copying());
    List<OfHead> drawn = heads.stream().filter(CircuitResult::isSomething).toList();
    for (OfHead head : drawn.stream().limit(MOST_DRAWN).toList()) {
      pictures.add(terms(head));
      for (int i = 0; i < tokens.size(); i++) {
        pictures.add(row(head, head.qk(), "looks for, as QK has it", i));
        pictures.add(row(head, head.ov(), "makes it say, as OV has it", i));
      }
      if (tokens.size() > 1) {
        pictures.add(among(head, head.qk(), "QK", "looked for"));
        pictures.add(among(head, head.ov(), "OV", "said"));
      }
    }
    return pictures;
  }

  private static boolean isSomething(OfHead head) {
    return head.qk().singular()[0] > 0 || head.ov().singular()[0] > 0;
  }

  private Bars copying() {
    Caption caption =
        Caption.of(
            "Whether heads say what they look at",
            "Each bar is a head: 1 where all eigenvalues of its OV circuit are positive, -1 where all are"
                + " negative.");
    for (String note : notes) {
      caption = caption.note(note);
    }
    long zero = heads.stream().filter(head -> !isSomething(head)).count();
    if (zero > 0) {
      caption = caption.note("Heads that are zero, and have none: " + zero + ".");
    }
    long left = heads.size() - zero - MOST_DRAWN;
    if (left > 0) {
      caption =
          caption.note(
              "Terms of %d more heads are not drawn: choose --layers and --heads.".formatted(left));
    }
    return new Bars(
        caption,
        Quantity.of("head"),
        POSITIVITY,
        heads.stream().map(head -> Bars.Bar.of(head.name(), head.ov().positivity())).toList());
  }

  private Table terms(OfHead head) {
    List<List<Table.Cell>> rows = new ArrayList<>();
    add(rows, "QK", head.qk());
    add(rows, "OV", head.ov());
    return new Table(
        Caption.of(
            "Terms of head " + head.name(),
            "Each row is one direction: tokens that have most of what is read, and those that it looks"
                + " for (QK) or says (OV)."),
        List.of(
            Quantity.of("circuit"),
            Quantity.of("singular value"),
            Quantity.of("read"),
            Quantity.of("looked for, or said")),
        rows);
  }

  private void add(List<List<Table.Cell>> rows, String circuit, Side side) {
    for (Term term : side.terms()) {
      rows.add(
          List.of(
              Table.Cell.of(circuit),
              Table.Cell.of(term.value()),
              Table.Cell.of(spell(term.in())),
              Table.Cell.of(spell(term.out()))));
    }
  }

  private Bars row(OfHead head, Side side, String what, int token) {
    return new Bars(
        Caption.of(
            "What %s %s in head %s".formatted(quoted(token), what, head.name()),
            "Each bar is a token, the largest first."),
        Quantity.of("token"),
        Quantity.of("score"),
        Circuit.top(side.rows()[token], spec.top()).stream()
            .map(each -> Bars.Bar.of(spell(each), each.score()))
            .toList());
  }

  private String quoted(int token) {
    return "\"" + tokens.get(token) + "\"";
  }

  private Heatmap among(OfHead head, Side side, String circuit, String what) {
    double[][] values = new double[tokens.size()][tokens.size()];
    for (int from = 0; from < values.length; from++) {
      for (int to = 0; to < values.length; to++) {
        values[from][to] = side.rows()[from][spec.tokens().get(to)];
      }
    }
    Grid grid = Grid.of(values);
    return new Heatmap(
        Caption.of(
            "%s of head %s among the chosen tokens".formatted(circuit, head.name()),
            "Each row is a token that is read, each column one that is %s.".formatted(what)),
        Quantity.of("token " + what),
        Quantity.of("token read"),
        tokens,
        tokens,
        Quantity.of("score"),
        grid,
        Scale.diverging(grid, 0));
  }

  /** A row a term and its place among the tokens. */
  @Override
  public Table table() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (OfHead head : heads) {
      add(rows, head, "qk", head.qk());
      add(rows, head, "ov", head.ov());
    }
    Caption caption =
        Caption.of(title(), "Each row is one term, and the token at that rank of what it reads.");
    for (String note : notes) {
      caption = caption.note(note);
    }
    List<Quantity> columns = new ArrayList<>();
    for (String name :
        List.of(
            "layer",
            "head",
            "circuit",
            "copying score",
            "term",
            "singular value",
            "rank",
            "read",
            "read score",
            "written",
            "written score")) {
      columns.add(Quantity.of(name));
    }
    return new Table(caption, columns, rows);
  }

  private void add(List<List<Table.Cell>> rows, OfHead head, String circuit, Side side) {
    for (int term = 0; term < side.terms().size(); term++) {
      Term each = side.terms().get(term);
      for (int rank = 0; rank < each.in().size(); rank++) {
        rows.add(
            List.of(
                Table.Cell.of(head.layer()),
                Table.Cell.of(head.head()),
                Table.Cell.of(circuit),
                Table.Cell.of(side.positivity()),
                Table.Cell.of(term),
                Table.Cell.of(each.value()),
                Table.Cell.of(rank),
                Table.Cell.of(spell(each.in().get(rank))),
                Table.Cell.of(each.in().get(rank).score()),
                Table.Cell.of(spell(each.out().get(rank))),
                Table.Cell.of(each.out().get(rank).score())));
      }
    }
  }

  /**
   * {@code whole}, (heads,V,V), where that was asked for; {@code ov} and {@code qk}, rows of the
   * chosen tokens, (heads,tokens,V); {@code singular} and {@code singular_of_tokens}, (heads,2,K),
   * those of QK before those of OV. What there is comes in this order.
   */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    switch (spec.whole()) {
      case NONE -> {}
      case QK -> arrays.put("whole", rows(heads.stream().map(head -> head.qk().whole()).toList()));
      case OV -> arrays.put("whole", rows(heads.stream().map(head -> head.ov().whole()).toList()));
    }
    if (!tokens.isEmpty()) {
      arrays.put("ov", rows(heads.stream().map(head -> head.ov().rows()).toList()));
      arrays.put("qk", rows(heads.stream().map(head -> head.qk().rows()).toList()));
    }
    arrays.put("singular", values(Side::singular));
    arrays.put("singular_of_tokens", values(Side::ofTokens));
    return arrays;
  }

  /** Numbers of both circuits of every head, as many of each, (heads,2,n). */
  private NumberArray values(Function<Side, double[]> which) {
    double[] all =
        heads.stream()
            .flatMap(head -> Stream.of(head.qk(), head.ov()))
            .flatMapToDouble(side -> Arrays.stream(which.apply(side)))
            .toArray();
    return NumberArray.of(all, heads.size(), 2, all.length / 2 / heads.size());
  }

  /** Rows of every head, as many of each, (heads,n,V). */
  private static NumberArray rows(List<float[][]> ofHeads) {
    int count = ofHeads.getFirst().length;
    int V = ofHeads.getFirst()[0].length;
    return NumberArray.of(
        (offset, to, at, length) -> {
          for (int i = 0; i < length; i++) {
            long place = offset + i;
            float[] row = ofHeads.get((int) (place / V / count))[(int) (place / V % count)];
            to[at + i] = row[(int) (place % V)];
          }
        },
        ofHeads.size(),
        count,
        V);
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    document.put("show", "circuit");
    document.set("notes", Json.strings(notes));
    ArrayNode list = document.putArray("heads");
    for (OfHead head : heads) {
      ObjectNode node = list.addObject().put("layer", head.layer()).put("head", head.head());
      node.set("copying_score", Json.number(head.ov().positivity()));
      node.set("qk", json(head.qk()));
      node.set("ov", json(head.ov()));
    }
    return document;
  }

  private ObjectNode json(Side side) {
    ObjectNode node = Json.object();
    put(node.putArray("singular_values"), side.singular());
    put(node.putArray("singular_values_of_tokens"), side.ofTokens());
    ArrayNode terms = node.putArray("terms");
    for (Term term : side.terms()) {
      ObjectNode each = terms.addObject();
      each.set("singular_value", Json.number(term.value()));
      each.set("read", json(term.in()));
      each.set("written", json(term.out()));
    }
    ArrayNode rows = node.putArray("rows");
    for (int i = 0; i < tokens.size(); i++) {
      ObjectNode row = rows.addObject().put("id", spec.tokens().get(i)).put("token", tokens.get(i));
      row.set("top", json(Circuit.top(side.rows()[i], spec.top())));
    }
    return node;
  }

  private static void put(ArrayNode list, double... values) {
    for (double value : values) {
      list.add(Json.number(value));
    }
  }

  private ArrayNode json(List<Scored> some) {
    ArrayNode list = Json.array();
    for (Scored each : some) {
      ObjectNode node = list.addObject().put("id", each.id()).put("token", spell(each));
      node.set("score", Json.number(each.score()));
    }
    return list;
  }
}
