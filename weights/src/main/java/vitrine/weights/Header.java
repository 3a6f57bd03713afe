package vitrine.weights;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import vitrine.weights.WeightsException.Kind;

/**
 * A header that has been read and found to describe the file that it heads.
 *
 * @param metadata the strings under {@code __metadata__}, in the header's order
 * @param tensors by name, in the order of their bytes
 */
record Header(Map<String, String> metadata, SequencedMap<String, TensorInfo> tensors) {
  /** The format's own limit, which keeps a hostile length from becoming an allocation. */
  static final long MAX_BYTES = 100_000_000;

  /**
   * Holds the tensors against the data: contiguous, without holes, overlaps or rest.
   *
   * @param dataBytes the size of what follows the header
   */
  static Header checked(
      String operand, Map<String, String> metadata, List<TensorInfo> entries, long dataBytes) {
    List<TensorInfo> ordered = new ArrayList<>(entries);
    ordered.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
    for (TensorInfo tensor : ordered) {
      if (tensor.end() > dataBytes) {
        throw bad(
            Kind.DATA_BEYOND_FILE,
            operand,
            "tensor %s ends at byte %d of the data, which has %d"
                .formatted(Quote.of(tensor.name()), tensor.end(), dataBytes),
            "data as long as the header says",
            "The file was cut short: download or copy it again.");
      }
    }
    SequencedMap<String, TensorInfo> tensors = LinkedHashMap.newLinkedHashMap(ordered.size());
    long position = 0;
    for (TensorInfo tensor : ordered) {
      if (tensor.begin() != position) {
        boolean overlaps = tensor.begin() < position;
        throw bad(
            overlaps ? Kind.OVERLAP : Kind.HOLE,
            operand,
            overlaps
                ? "tensor %s begins at byte %d, inside another that ends at %d"
                    .formatted(Quote.of(tensor.name()), tensor.begin(), position)
                : "bytes %d to %d, before tensor %s, belong to no tensor"
                    .formatted(position, tensor.begin(), Quote.of(tensor.name())),
            "tensors one after the other",
            "Write the file again with a safetensors library.");
      }
      tensors.put(tensor.name(), tensor);
      position = tensor.end();
    }
    if (position != dataBytes) {
      throw bad(
          Kind.TRAILING_BYTES,
          operand,
          "%d bytes follow the last tensor".formatted(dataBytes - position),
          "the file to end with the last tensor",
          "Write the file again with a safetensors library.");
    }
    return new Header(metadata, tensors);
  }

  static WeightsException bad(
      Kind kind, String operand, String actual, String expected, String remedy) {
    return new WeightsException(
        kind,
        "read safetensors: %s: %s; expected %s. %s".formatted(operand, actual, expected, remedy));
  }
}
