package vitrine.engine.training;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import vitrine.weights.Checkpoint;
import vitrine.weights.TensorInfo;

/** A checkpoint without some of its tensors. */
record CheckpointView(Checkpoint whole, Set<String> hidden) implements Checkpoint {
  CheckpointView {
    hidden = Set.copyOf(hidden);
  }

  @Override
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>(whole.names());
    names.removeAll(hidden);
    return names;
  }

  @Override
  public TensorInfo info(String name) {
    return whole.info(name);
  }

  @Override
  public Map<String, String> metadata() {
    return whole.metadata();
  }

  @Override
  public void readBytes(String name, long offset, MemorySegment to) {
    whole.readBytes(name, offset, to);
  }

  @Override
  public void close() {
    whole.close();
  }
}
