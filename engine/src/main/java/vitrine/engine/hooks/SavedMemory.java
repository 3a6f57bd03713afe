package vitrine.engine.hooks;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * What a run keeps for its backward pass, by name.
 *
 * @param bytes such as {@code blocks.3.attn.q} to its bytes, in the order of the forward pass; what
 *     one tensor serves twice is counted once
 */
public record SavedMemory(SequencedMap<String, Long> bytes) {
  /** Of a run without a backward pass. */
  public static final SavedMemory NONE = new SavedMemory(new LinkedHashMap<>());

  public SavedMemory {
    bytes = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(bytes));
  }

  /** All of it, in bytes. */
  public long total() {
    return bytes.values().stream().mapToLong(Long::longValue).sum();
  }
}
