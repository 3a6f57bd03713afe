package vitrine.app.training;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Example;

/** Examples that tell how many of them were read, in whatever order. */
public final class Watched implements Examples {
  private final Examples whole;
  private final IntConsumer listener;
  private final AtomicInteger read = new AtomicInteger();

  /**
   * @param listener told with each that is read how many those are
   */
  public Watched(Examples whole, IntConsumer listener) {
    this.whole = whole;
    this.listener = listener;
  }

  @Override
  public int size() {
    return whole.size();
  }

  @Override
  public Example get(int index, long key) {
    listener.accept(read.incrementAndGet());
    return whole.get(index, key);
  }

  @Override
  public int length(int index) {
    return whole.length(index);
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
