package vitrine.kernels.host;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A fixed crew of threads that share out the tasks of an op. The caller works too, so one thread
 * means no others, and several callers at once each make progress whatever the crew does.
 *
 * <p>Fair is meant so: the crew helps whoever asked first until none of his tasks is left to begin,
 * then the next, so that callers who run alike get alike shares, and one with short ops beside one
 * with a long op has at least his own thread. So there may be as many threads at work as the crew
 * and all callers have together.
 *
 * <p>An op allocates its {@link Job} and what the lambda of its tasks captures, some hundred bytes;
 * no numbers.
 *
 * <p>Which thread does which task is chance; how an op is cut into tasks is not, and must depend on
 * shapes alone.
 */
public final class Workers implements AutoCloseable {
  /** About 50 us: the gap between two ops of a layer is shorter, waking a parked thread is not. */
  private static final int SPINS = 1000;

  private final Thread[] threads;
  private final AtomicBoolean[] parked;
  private final Queue<Job> jobs = new ConcurrentLinkedQueue<>();
  private volatile boolean open = true;

  /**
   * Starts the threads.
   *
   * @param count how many work at once, the caller included
   */
  public Workers(int count) {
    threads = new Thread[count - 1];
    parked = new AtomicBoolean[count - 1];
    for (int i = 0; i < threads.length; i++) {
      AtomicBoolean asleep = new AtomicBoolean();
      parked[i] = asleep;
      threads[i] =
          Thread.ofPlatform().daemon().name("vitrine-worker-" + (i + 1)).start(() -> serve(asleep));
    }
  }

  /** How many work at once, the caller included. */
  public int count() {
    return threads.length + 1;
  }

  /**
   * Runs {@code task} for 0 until {@code tasks} and returns when all are done; what one throws
   * comes out here.
   */
  public void forEach(int tasks, IntConsumer task) {
    if (!open) {
      throw new IllegalStateException("kernels: used after the backend was closed");
    }
    if (tasks <= 1 || threads.length == 0) {
      for (int i = 0; i < tasks; i++) {
        task.accept(i);
      }
      return;
    }
    Job job = new Job(task, tasks, Thread.currentThread());
    jobs.add(job);
    wake(tasks - 1);
    job.help(jobs);
    job.await();
  }

  private void wake(int atMost) {
    int left = atMost;
    for (int i = 0; i < threads.length && left > 0; i++) {
      if (parked[i].compareAndSet(true, false)) {
        LockSupport.unpark(threads[i]);
      }
      left--;
    }
  }

  private void serve(AtomicBoolean asleep) {
    int idle = 0;
    while (open) {
      Job job = jobs.peek();
      if (job != null) {
        job.help(jobs);
        idle = 0;
      } else if (idle < SPINS) {
        idle++;
        Thread.onSpinWait();
      } else {
        asleep.set(true);
        if (jobs.isEmpty() && open) {
          LockSupport.park(this);
        }
        asleep.set(false);
        idle = 0;
      }
    }
  }

  @Override
  public void close() {
    open = false;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
    }
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The tasks of one op. */
  private static final class Job {
    private final IntConsumer task;
    private final int tasks;
    private final Thread caller;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private volatile boolean waiting;
    private volatile @Nullable RuntimeException exception;
    private volatile @Nullable Error error;

    Job(IntConsumer task, int tasks, Thread caller) {
      this.task = task;
      this.tasks = tasks;
      this.caller = caller;
    }

    /** Does tasks until none is left to begin. */
    void help(Queue<Job> jobs) {
      for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
        if (i == tasks - 1) {
          jobs.remove(this);
        }
        perform(i);
        if (done.incrementAndGet() == tasks && waiting) {
          LockSupport.unpark(caller);
        }
      }
    }

    private void perform(int i) {
      if (exception != null || error != null) {
        return; // the op has failed already
      }
      try {
        task.accept(i);
      } catch (RuntimeException e) {
        exception = e;
      } catch (Error e) {
        error = e;
      }
    }

    void await() {
      for (int i = 0; i < SPINS && done.get() < tasks; i++) {
        Thread.onSpinWait();
      }
      waiting = true;
      while (done.get() < tasks) {
        LockSupport.park(this);
      }
      if (exception != null) {
        throw exception;
      }
      if (error != null) {
        throw error;
      }
    }
  }
}
