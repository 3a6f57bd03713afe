package vitrine.weights;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.weights.WeightsException.Kind;

/**
 * {@code model.safetensors.index.json}: which shard holds which tensor.
 *
 * @param path the index itself; shards are beside it
 * @param weightMap a tensor's name to its shard's file name, in the index's order
 */
record ShardIndex(Path path, SequencedMap<String, String> weightMap) {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static ShardIndex read(Path path) {
    JsonNode map = parse(path).path("weight_map");
    if (!map.isObject()) {
      throw bad(path, "it has no object weight_map", null);
    }
    SequencedMap<String, String> weightMap = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      if (!entry.getValue().isString()) {
        throw bad(path, "weight_map has no string under " + Quote.of(entry.getKey()), null);
      }
      weightMap.put(entry.getKey(), entry.getValue().stringValue());
    }
    return new ShardIndex(path, weightMap);
  }

  private static JsonNode parse(Path path) {
    byte[] bytes;
    try (ReadableFile file = ReadableFile.open(path)) {
      if (file.size() > Header.MAX_BYTES) {
        throw bad(path, "it has %d bytes, more than any index".formatted(file.size()), null);
      }
      bytes = new byte[(int) file.size()];
      file.read(0, MemorySegment.ofArray(bytes));
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      JsonNode root = JSON.readTree(text);
      if (!root.isObject()) {
        throw bad(path, "it is no JSON object", null);
      }
      return root;
    } catch (CharacterCodingException e) {
      throw bad(path, "it is not UTF-8", e);
    } catch (JacksonException e) {
      Impostor impostor = Impostor.recognize(bytes);
      throw bad(
          path,
          impostor == null || impostor.kind() == Kind.JSON_TEXT
              ? Quote.plain(e.getOriginalMessage())
              : "this is " + impostor.what(),
          e);
    }
  }

  /** The shards' names, sorted. */
  List<String> shards() {
    return List.copyOf(new TreeSet<>(weightMap.values()));
  }

  /** A shard's path; its name must be that of a file beside the index. */
  Path resolve(String shard) {
    boolean plain =
        !shard.isEmpty()
            && !shard.equals(".")
            && !shard.equals("..")
            && shard.indexOf('/') < 0
            && shard.indexOf('\\') < 0;
    try {
      if (plain && !Path.of(shard).isAbsolute()) {
        return path.resolveSibling(shard);
      }
    } catch (InvalidPathException e) {
      throw bad(path, "a shard's name is no file name: " + Quote.of(shard), e);
    }
    throw new WeightsException(
        Kind.SHARD_OUTSIDE,
        "open checkpoint: %s: weight_map names the shard %s; expected a file name without a directory. Do not trust this index."
            .formatted(Quote.of(path), Quote.of(shard)));
  }

  private static WeightsException bad(Path path, String actual, @Nullable Throwable cause) {
    return new WeightsException(
        Kind.BAD_INDEX,
        "open checkpoint: %s: %s; expected {\"weight_map\":{TENSOR:SHARD}}. Download the index again."
            .formatted(Quote.of(path), actual),
        cause);
  }
}
