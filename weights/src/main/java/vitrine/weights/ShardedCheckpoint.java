package vitrine.weights;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import vitrine.weights.WeightsException.Kind;

/**
 * The shards of an index, as one checkpoint. All headers are read and checked when it is opened.
 */
final class ShardedCheckpoint implements Checkpoint {
  private final ShardIndex index;
  private final Map<String, SafetensorsFile> shards = new TreeMap<>();

  /** Each tensor of the index that its shard holds. */
  private final Map<String, SafetensorsFile> tensors = new LinkedHashMap<>();

  private final Map<String, String> metadata = new LinkedHashMap<>();

  private ShardedCheckpoint(ShardIndex index) {
    this.index = index;
  }

  static ShardedCheckpoint open(Path path) {
    return open(path, Findings.strict());
  }

  /** Opens what can be opened, and tells the rest. */
  static ShardedCheckpoint open(Path path, Findings findings) {
    ShardedCheckpoint checkpoint = new ShardedCheckpoint(ShardIndex.read(path));
    boolean valid = false;
    try {
      checkpoint.openShards(findings);
      checkpoint.checkMap(findings);
      checkpoint.collect(findings);
      valid = true;
      return checkpoint;
    } finally {
      if (!valid) {
        checkpoint.close();
      }
    }
  }

  private void openShards(Findings findings) {
    for (String name : index.shards()) {
      try {
        Path shard = index.resolve(name);
        if (!Files.exists(shard)) {
          throw new WeightsException(
              Kind.SHARD_MISSING,
              "open checkpoint: %s: the shard %s is not there; expected it beside the index. Download it too."
                  .formatted(Quote.of(index.path()), Quote.of(name)));
        }
        shards.put(name, SafetensorsFile.open(shard));
      } catch (WeightsException e) {
        findings.problem(e);
      }
    }
  }

  /** Every tensor of the map must be where the map says. */
  private void checkMap(Findings findings) {
    index
        .weightMap()
        .forEach((tensor, name) -> {
          SafetensorsFile shard = shards.get(name);
          if (shard != null && !shard.has(tensor)) {
            findings.problem(
                problem(
                    Kind.SHARD_LACKS_TENSOR,
                    "tensor %s is not in its shard %s".formatted(Quote.of(tensor), Quote.of(name)),
                    "every tensor of weight_map in its shard"));
          }
        });
  }

  /** Takes the tensors in the order of the shards and their bytes. */
  private void collect(Findings findings) {
    Map<String, String> holders = new LinkedHashMap<>();
    List<String> extra = new ArrayList<>();
    shards.forEach((name, shard) -> {
      shard.metadata().forEach(metadata::putIfAbsent);
      for (String tensor : shard.names()) {
        String other = holders.putIfAbsent(tensor, name);
        if (other != null) {
          findings.problem(
              problem(
                  Kind.DUPLICATE_TENSOR,
                  "tensor %s is in the shards %s and %s"
                      .formatted(Quote.of(tensor), Quote.of(other), Quote.of(name)),
                  "each tensor in one shard"));
        }
        String home = index.weightMap().get(tensor);
        if (home == null) {
          extra.add(tensor);
        } else if (home.equals(name)) {
          tensors.put(tensor, shard);
        }
      }
    });
    if (!extra.isEmpty()) {
      findings.note(
          "%d tensors of the shards are not in weight_map and are left out, the first is %s"
              .formatted(extra.size(), Quote.of(extra.getFirst())));
    }
  }

  private WeightsException problem(Kind kind, String actual, String expected) {
    return new WeightsException(
        kind,
        "open checkpoint: %s: %s; expected %s. Download the index and its shards again, from one place."
            .formatted(Quote.of(index.path()), actual, expected));
  }

  /** The shards that could be opened, by name. */
  Map<String, SafetensorsFile> shards() {
    return Collections.unmodifiableMap(shards);
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  @Override
  public TensorInfo info(String name) {
    return shard(name).info(name);
  }

  @Override
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(metadata);
  }

  @Override
  public void readBytes(String name, long offset, MemorySegment to) {
    shard(name).readBytes(name, offset, to);
  }

  private SafetensorsFile shard(String name) {
    SafetensorsFile shard = tensors.get(name);
    if (shard == null) {
      throw Missing.tensor(name, Quote.of(index.path()), names());
    }
    return shard;
  }

  @Override
  public void close() {
    shards.values().forEach(SafetensorsFile::close);
  }
}
