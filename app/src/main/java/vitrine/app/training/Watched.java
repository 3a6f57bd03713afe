package vitrine.app.training;

import java.util.function.IntConsumer;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Example;

/**
 * Examples that tell how far their reader is.
 *
 * @param listener told the place of each that is read, from 1
 */
public record Watched(Examples whole, IntConsumer listener) implements Examples {
  @Override
  public int size() {
    return whole.size();
  }

  @Override
  public Example get(int index, long key) {
    listener.accept(index + 1);
    return whole.get(index, key);
  }

  @Override
  public int longest() {
    return whole.longest();
  }

  @Override
  public String fingerprint() {
    return whole.fingerprint();
  }
}
