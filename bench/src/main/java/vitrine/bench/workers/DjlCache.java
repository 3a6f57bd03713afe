package vitrine.bench.workers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keys and values of a text so far, joined with each token's as transformers' cache does. */
final class DjlCache implements AutoCloseable {
  private final NDManager owner;
  private final Map<String, NDArray> kept = new HashMap<>();
  private int length;

  DjlCache(NDManager owner) {
    this.owner = owner;
  }

  int length() {
    return length;
  }

  void advance(int count) {
    length += count;
  }

  /**
   * Adds positions.
   *
   * @param fresh (B,H,T,K)
   * @return all of them, (B,H,past + T,K)
   */
  NDArray join(String name, NDArray fresh) {
    @Nullable NDArray before = kept.get(name);
    NDArray all = before == null ? fresh : before.concat(fresh, 2);
    all.attach(owner);
    kept.put(name, all);
    if (before != null) {
      before.close();
    }
    return all;
  }

  @Override
  public void close() {
    owner.close();
  }
}
