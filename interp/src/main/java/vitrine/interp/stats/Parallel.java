package vitrine.interp.stats;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Pieces of work that do not depend on each other, on some threads; what comes is in order. */
public final class Parallel {
  private Parallel() {}

  /**
   * Does every piece.
   *
   * @param count of pieces
   * @param threads 1 for the caller's alone
   */
  public static <T> List<T> map(int count, int threads, IntFunction<T> work) {
    List<T> done = new ArrayList<>();
    if (threads == 1 || count < 2) {
      for (int i = 0; i < count; i++) {
        done.add(work.apply(i));
      }
      return done;
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(Math.min(threads, count))) {
      List<Future<T>> under = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int piece = i;
        under.add(pool.submit(() -> work.apply(piece)));
      }
      for (Future<T> each : under) {
        done.add(of(each, pool));
      }
    }
    return done;
  }

  private static <T> T of(Future<T> future, ExecutorService pool) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      pool.shutdownNow();
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException(e);
      }
    } catch (InterruptedException e) {
      pool.shutdownNow();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("statistics: interrupted", e);
    }
  }
}
