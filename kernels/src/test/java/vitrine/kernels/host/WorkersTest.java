package vitrine.kernels.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkersTest {
  @Test
  void should_do_each_task_once_when_several_callers_share_the_crew() throws InterruptedException {
    int rounds = 300;
    int tasks = 37;
    try (Workers workers = new Workers(3)) {
      List<AtomicIntegerArray> counts = new ArrayList<>();
      List<Thread> callers = new ArrayList<>();
      for (int c = 0; c < 4; c++) {
        AtomicIntegerArray count = new AtomicIntegerArray(tasks);
        counts.add(count);
        callers.add(
            Thread.ofPlatform()
                .start(() -> {
                  for (int round = 0; round < rounds; round++) {
                    workers.forEach(tasks, count::incrementAndGet);
                  }
                }));
      }
      for (Thread caller : callers) {
        caller.join();
      }
      for (AtomicIntegerArray count : counts) {
        for (int i = 0; i < tasks; i++) {
          assertEquals(rounds, count.get(i));
        }
      }
    }
  }

  @Test
  void should_finish_a_second_op_when_a_first_still_holds_the_crew() throws InterruptedException {
    CountDownLatch held = new CountDownLatch(2);
    CountDownLatch free = new CountDownLatch(1);
    try (Workers workers = new Workers(2)) {
      Thread first =
          Thread.ofPlatform()
              .start(() ->
                  workers.forEach(
                      2,
                      i -> {
                        held.countDown();
                        await(free);
                      }));
      await(held); // its caller and the whole crew are in it
      AtomicIntegerArray done = new AtomicIntegerArray(50);
      workers.forEach(50, done::incrementAndGet);
      for (int i = 0; i < 50; i++) {
        assertEquals(1, done.get(i));
      }
      assertTrue(first.isAlive(), "the first op was to be under way all the time");
      free.countDown();
      first.join();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS), "in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Test
  void should_work_at_once_when_there_are_threads() {
    CountDownLatch met = new CountDownLatch(3);
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    try (Workers workers = new Workers(3)) {
      workers.forEach(
          3,
          i -> {
            threads.add(Thread.currentThread());
            met.countDown();
            try {
              assertTrue(met.await(30, TimeUnit.SECONDS), "three tasks at once");
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
    }
    assertEquals(3, threads.size());
    assertTrue(threads.contains(Thread.currentThread()), "the caller works too");
  }

  @Test
  void should_stay_on_the_caller_when_there_is_one_thread() {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    try (Workers workers = new Workers(1)) {
      workers.forEach(10, i -> threads.add(Thread.currentThread()));
    }
    assertEquals(Set.of(Thread.currentThread()), threads);
  }

  @Test
  void should_throw_at_the_caller_and_go_on_when_a_task_fails() {
    IllegalStateException failure = new IllegalStateException("task 11");
    try (Workers workers = new Workers(3)) {
      for (int round = 0; round < 50; round++) {
        assertSame(
            failure,
            assertThrows(
                IllegalStateException.class,
                () ->
                    workers.forEach(
                        40,
                        i -> {
                          if (i == 11) {
                            throw failure;
                          }
                        })));
      }
      AtomicIntegerArray count = new AtomicIntegerArray(40);
      workers.forEach(40, count::incrementAndGet);
      assertEquals(1, count.get(39));
    }
  }

  @Test
  void should_wake_when_work_comes_after_a_pause() throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      for (int round = 0; round < 5; round++) {
        Thread.sleep(20); // long past spinning
        CountDownLatch both = new CountDownLatch(2);
        workers.forEach(
            2,
            i -> {
              both.countDown();
              try {
                assertTrue(both.await(30, TimeUnit.SECONDS), "the parked worker came");
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
      }
    }
  }

  @Test
  void should_end_its_threads_when_closed() {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    Workers workers = new Workers(2);
    CountDownLatch both = new CountDownLatch(2);
    workers.forEach(
        2,
        i -> {
          threads.add(Thread.currentThread());
          both.countDown();
          try {
            assertTrue(both.await(30, TimeUnit.SECONDS), "both at work");
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    workers.close();
    threads.remove(Thread.currentThread());
    assertEquals(1, threads.size());
    threads.forEach(thread -> assertEquals(Thread.State.TERMINATED, thread.getState()));
    assertThrows(IllegalStateException.class, () -> workers.forEach(2, i -> {}));
  }
}
