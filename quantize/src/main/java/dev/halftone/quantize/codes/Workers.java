package dev.halftone.quantize.codes;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs independent tasks on a few threads, each with memory of its own that its tasks share. */
final class Workers {
  /** A piece of work that depends on no other. */
  @FunctionalInterface
  interface Task {
    void run(Scratch scratch);
  }

  private Workers() {}

  /**
   * Runs all tasks; the first failure, in the order of the tasks that were started, is thrown when
   * all threads have stopped.
   */
  static void run(List<Task> tasks, int threads) {
    AtomicInteger next = new AtomicInteger();
    Runnable worker =
        () -> {
          Scratch scratch = new Scratch();
          for (int i = next.getAndIncrement(); i < tasks.size(); i = next.getAndIncrement())
            tasks.get(i).run(scratch);
        };
    if (threads <= 1 || tasks.size() <= 1) worker.run();
    else runTogether(worker, Math.min(threads, tasks.size()));
  }

  private static void runTogether(Runnable worker, int threads) {
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) futures.add(pool.submit(worker));
      for (Future<?> future : futures) await(future);
    }
  }

  private static void await(Future<?> future) {
    try {
      future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) throw cause;
      if (e.getCause() instanceof Error cause) throw cause;
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while encoding weights", e);
    }
  }
}
