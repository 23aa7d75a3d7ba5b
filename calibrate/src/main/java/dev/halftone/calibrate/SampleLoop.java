package dev.halftone.calibrate;

import dev.halftone.calibrate.observe.Workspace;
import dev.halftone.runtime.ReusingRun;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.runtime.SampleSource;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Runs all samples through one session, several at a time, and shows each one's values to a
 * listener.
 */
final class SampleLoop {
  /**
   * Sees the inputs and the wanted outputs of a sample, which hold until it returns; called from
   * several threads.
   */
  interface Listener {
    void sample(Map<String, Tensor> inputs, Map<String, Tensor> outputs, Workspace workspace);
  }

  private record Failure(int row, Throwable cause) {}

  private final RunnableModel model;
  private final SampleSource source;
  private final Set<String> wanted;
  private final Listener listener;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();

  SampleLoop(RunnableModel model, SampleSource source, List<String> wanted, Listener listener) {
    this.model = model;
    this.source = source;
    this.wanted = new LinkedHashSet<>(wanted);
    this.wanted.addAll(source.state().values());
    this.listener = listener;
  }

  /**
   * Returns when all samples are done. Samples with state are run one after the other.
   *
   * @throws CancellationException if the caller's thread is interrupted
   */
  void run(int threads) {
    int workers = source.state().isEmpty() ? Math.min(threads, source.size()) : 1;
    ExecutorService pool =
        Executors.newFixedThreadPool(
            workers, Thread.ofPlatform().daemon().name("halftone-calibrate-", 0).factory());
    try (pool) {
      List<Future<?>> running = new ArrayList<>();
      for (int worker = 0; worker < workers; worker++) running.add(pool.submit(this::work));
      await(running);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    rethrow(failure.get());
  }

  /** An interrupted caller waits for the samples that were begun, not for all. */
  private void await(List<Future<?>> running) throws InterruptedException, ExecutionException {
    try {
      for (Future<?> worker : running) worker.get();
    } finally {
      stop();
    }
  }

  /** Lets no worker begin another sample. */
  private void stop() {
    next.set(source.size());
  }

  private void work() {
    Workspace workspace = new Workspace();
    Map<String, Tensor> state = Map.of();
    int row = next.getAndIncrement();
    try (ReusingRun run = model.reusing(wanted)) {
      for (; row < source.size(); row = next.getAndIncrement()) {
        Map<String, Tensor> inputs = new LinkedHashMap<>(source.sample().apply(row));
        if (row > 0 && !source.starts().contains(row)) inputs.putAll(state);
        Map<String, Tensor> outputs = wanted.isEmpty() ? Map.of() : run.run(inputs);
        listener.sample(inputs, outputs, workspace);
        state = carried(outputs);
      }
    } catch (RuntimeException | Error e) {
      Failure own = new Failure(row, e);
      failure.accumulateAndGet(
          own, (one, other) -> one == null || other.row() < one.row() ? other : one);
      stop();
    }
  }

  /**
   * Of several failures that of the first row, whatever the threads did: the rows before it were
   * all begun.
   */
  private static void rethrow(@Nullable Failure failure) {
    if (failure == null) return;
    if (failure.cause() instanceof RuntimeException cause) throw cause;
    if (failure.cause() instanceof Error cause) throw cause;
  }

  private Map<String, Tensor> carried(Map<String, Tensor> outputs) {
    Map<String, Tensor> carried = new LinkedHashMap<>();
    source
        .state()
        .forEach((input, output) -> carried.put(input, copy(outputs.get(output), output)));
    return carried;
  }

  private static Tensor copy(@Nullable Tensor tensor, String output) {
    if (tensor == null)
      throw new IllegalArgumentException("no output \"%s\" carries the state".formatted(output));
    return Tensor.of(
        tensor.dtype(),
        tensor.shape(),
        MemorySegment.ofArray(tensor.data().toArray(ValueLayout.JAVA_BYTE)));
  }
}
