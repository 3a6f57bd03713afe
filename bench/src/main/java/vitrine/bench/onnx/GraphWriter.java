package vitrine.bench.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * An ONNX model being written (onnx.proto). Values are names; a weight refers to a place in the
 * file of weights beside the model.
 */
final class GraphWriter {
  /** The file's version, of ONNX 1.12. */
  private static final int IR_VERSION = 8;

  /** The first with LayerNormalization. */
  private static final int OPSET = 17;

  private static final int FLOAT = 1;
  private static final int INT64 = 7;
  private static final int EXTERNAL = 1;

  private final ProtoMessage graph = new ProtoMessage().text(2, "vitrine");
  private final WeightFile weights;
  private int values;

  /** What an operator is told beside its inputs; AttributeProto. */
  sealed interface Attribute {
    record Whole(String name, long value) implements Attribute {}

    record Real(String name, float value) implements Attribute {}
  }

  GraphWriter(WeightFile weights) {
    this.weights = weights;
  }

  /** An operator of ONNX itself. */
  String op(String type, List<String> inputs, Attribute... attributes) {
    List<String> outputs = List.of(fresh());
    write("", type, inputs, outputs, attributes);
    return outputs.getFirst();
  }

  /** An operator of ONNX Runtime (its ContribOperators.md). */
  List<String> contributed(
      String type, List<String> inputs, List<String> outputs, Attribute... attributes) {
    write("com.microsoft", type, inputs, outputs, attributes);
    return outputs;
  }

  /** A name that no value has yet. */
  String fresh() {
    return "v" + values++;
  }

  private void write(
      String domain,
      String type,
      List<String> inputs,
      List<String> outputs,
      Attribute... attributes) {
    ProtoMessage node = new ProtoMessage();
    inputs.forEach(input -> node.text(1, input));
    outputs.forEach(output -> node.text(2, output));
    node.text(3, type + "_" + outputs.getFirst()).text(4, type);
    for (Attribute attribute : attributes) {
      node.message(
          5,
          switch (attribute) {
            case Attribute.Whole i ->
                new ProtoMessage().text(1, i.name()).integer(3, i.value()).integer(20, 2);
            case Attribute.Real f ->
                new ProtoMessage().text(1, f.name()).real(2, f.value()).integer(20, 1);
          });
    }
    node.text(7, domain);
    graph.message(1, node);
  }

  /** Declares a weight; the name is the value's. */
  String weight(String name) {
    WeightFile.Entry entry = weights.entry(name);
    ProtoMessage tensor = new ProtoMessage();
    for (long dim : entry.shape()) {
      tensor.integer(1, dim);
    }
    tensor.integer(2, FLOAT).text(8, name);
    tensor.message(13, pair("location", WeightFile.NAME));
    tensor.message(13, pair("offset", "" + entry.offset()));
    tensor.message(13, pair("length", "" + entry.bytes()));
    graph.message(5, tensor.integer(14, EXTERNAL));
    return name;
  }

  /** A constant list of integers. */
  String integers(String name, long... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      bytes.putLong(value);
    }
    graph.message(
        5,
        new ProtoMessage()
            .integer(1, values.length)
            .integer(2, INT64)
            .text(8, name)
            .bytes(9, bytes.array()));
    return name;
  }

  private static ProtoMessage pair(String key, String value) {
    return new ProtoMessage().text(1, key).text(2, value);
  }

  /**
   * An input of integers.
   *
   * @param dims lengths of axes: numbers, or names where any will do
   */
  String integerInput(String name, String... dims) {
    graph.message(11, value(name, INT64, dims));
    return name;
  }

  /** An input of numbers. */
  String floatInput(String name, String... dims) {
    graph.message(11, value(name, FLOAT, dims));
    return name;
  }

  /** Says that a value comes out. */
  void output(String name, String... dims) {
    graph.message(12, value(name, FLOAT, dims));
  }

  private static ProtoMessage value(String name, int type, String... dims) {
    ProtoMessage shape = new ProtoMessage();
    for (String dim : dims) {
      boolean fixed = Character.isDigit(dim.charAt(0));
      ProtoMessage axis = new ProtoMessage();
      shape.message(1, fixed ? axis.integer(1, Long.parseLong(dim)) : axis.text(2, dim));
    }
    ProtoMessage tensor = new ProtoMessage().integer(1, type).message(2, shape);
    return new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, tensor));
  }

  byte[] toBytes() {
    return new ProtoMessage()
        .integer(1, IR_VERSION)
        .text(2, "vitrine-bench")
        .message(7, graph)
        .message(8, new ProtoMessage().text(1, "").integer(2, OPSET))
        .message(8, new ProtoMessage().text(1, "com.microsoft").integer(2, 1))
        .toBytes();
  }
}
