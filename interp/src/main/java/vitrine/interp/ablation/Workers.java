package vitrine.interp.ablation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import vitrine.interp.stats.Parallel;

/**
 * Statistics of many variants, on some threads. The caller's thread tells the watch how far it is,
 * and asks it whether to go on.
 */
record Workers(int threads, Watch watch) {
  private static final int AT_ONCE = 16;

  /** Does every piece; what comes is in order. */
  <T> List<T> map(int count, IntFunction<T> work) {
    List<T> done = new ArrayList<>(count);
    while (done.size() < count) {
      watch.check();
      int from = done.size();
      int some = Math.min(threads * AT_ONCE, count - from);
      done.addAll(Parallel.map(some, threads, i -> work.apply(from + i)));
      watch.tested(done.size(), count);
    }
    return done;
  }
}
