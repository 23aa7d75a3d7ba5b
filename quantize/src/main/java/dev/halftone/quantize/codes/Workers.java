package dev.halftone.quantize.codes;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
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
   * Runs tasks until one fails. Of several failures that of the first task in the list is thrown.
   * Tasks are begun in that order and none is left out before the first that fails, so it is the
   * same failure on every run.
   */
  static void run(List<Task> tasks, int threads) {
    AtomicInteger next = new AtomicInteger();
    ConcurrentSkipListMap<Integer, Throwable> failures = new ConcurrentSkipListMap<>();
    Runnable worker =
        () -> {
          Scratch scratch = new Scratch();
          for (int i = next.getAndIncrement(); i < tasks.size(); i = next.getAndIncrement()) {
            if (!failures.headMap(i).isEmpty()) return;
            try {
              tasks.get(i).run(scratch);
            } catch (RuntimeException | Error e) {
              failures.put(i, e);
            }
          }
        };
    if (threads <= 1 || tasks.size() <= 1) worker.run();
    else runTogether(worker, Math.min(threads, tasks.size()));
    if (failures.isEmpty()) return;
    Throwable first = failures.firstEntry().getValue();
    if (first instanceof Error error) throw error;
    throw (RuntimeException) first;
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
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while encoding weights", e);
    }
  }
}
