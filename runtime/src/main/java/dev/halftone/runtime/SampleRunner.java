package dev.halftone.runtime;

import dev.halftone.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs models side by side on many samples. Which samples share a batch depends on their rows
 * alone, and answers come in the order of the rows, so that nothing depends on the number of
 * threads. A few batches are held in memory at a time.
 *
 * <p>Models with a free axis 0 are run in batches where that does not change what they say; models
 * with a batch of one, sample by sample; models with a fixed larger batch in groups of that size,
 * the last one filled up with its last sample.
 */
public final class SampleRunner {
  private final List<RunnableModel> models;
  private final SampleSource source;
  private final int mostRows;

  /**
   * Samples in a batch unless the caller says otherwise: more makes networks no faster on a CPU.
   */
  public static final int MOST_ROWS = Grouping.MOST_ROWS;

  /**
   * @param source made for one of the models; the others are given the same values in their own
   *     floating-point types
   */
  public SampleRunner(List<RunnableModel> models, SampleSource source) {
    this(models, source, MOST_ROWS);
  }

  /**
   * @param mostRows samples in a batch where the size is free; 1 for sample by sample
   */
  public SampleRunner(List<RunnableModel> models, SampleSource source, int mostRows) {
    this.models = List.copyOf(models);
    this.source = source;
    this.mostRows = mostRows;
  }

  /**
   * Runs all models on all samples.
   *
   * @param threads samples that are read and run at the same time, at least 1; samples with state
   *     run one after the other
   * @param consumer called on the caller's thread, in the order of the rows
   * @throws dev.halftone.graph.UnsupportedModelException if a model does not take the samples
   * @throws CancellationException if the caller's thread is interrupted
   */
  public void run(int threads, Consumer<Answer> consumer) {
    run(threads, answer -> answer, consumer);
  }

  /**
   * Runs all models on all samples and holds on to what {@code judge} makes of each answer in place
   * of the answer.
   *
   * @param threads as above
   * @param judge called on any thread, in any order
   * @param consumer called on the caller's thread, in the order of the rows
   */
  public <R> void run(int threads, Function<Answer, R> judge, Consumer<R> consumer) {
    if (source.state().isEmpty()) {
      runParallel(threads, judge, consumer);
    } else {
      runSequence(answer -> consumer.accept(judge.apply(answer)));
    }
  }

  private <R> void runParallel(int threads, Function<Answer, R> judge, Consumer<R> consumer) {
    List<Grouping> groupings = Grouping.of(models, source, mostRows);
    int chunk = chunk(groupings);
    ExecutorService workers =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("halftone-sample-", 0).factory());
    try {
      Deque<Future<List<R>>> window = new ArrayDeque<>();
      for (int from = 0; from < source.size(); from += chunk) {
        int first = from;
        int end = Math.min(from + chunk, source.size());
        window.add(
            workers.submit(() -> answers(groupings, first, end).stream().map(judge).toList()));
        if (window.size() > 2 * threads) result(window.remove()).forEach(consumer);
      }
      while (!window.isEmpty()) result(window.remove()).forEach(consumer);
    } finally {
      workers.shutdownNow();
      workers.close();
    }
  }

  /** As many rows as make whole groups for every model. */
  private static int chunk(List<Grouping> groupings) {
    int most = groupings.stream().mapToInt(Grouping::rows).max().orElse(1);
    int fixed =
        groupings.stream().filter(Grouping::fixed).mapToInt(Grouping::rows).findFirst().orElse(1);
    return Math.ceilDiv(most, fixed) * fixed;
  }

  private List<Answer> answers(List<Grouping> groupings, int from, int end) {
    List<Map<String, Tensor>> samples = new ArrayList<>();
    for (int row = from; row < end; row++) samples.add(source.get(row));
    List<List<Map<String, Tensor>>> outputs =
        groupings.stream().map(grouping -> grouping.run(samples)).toList();
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      int row = i;
      answers.add(
          new Answer(
              from + i,
              samples.get(i),
              outputs.stream().map(ofModel -> ofModel.get(row)).toList()));
    }
    return answers;
  }

  private static <R> List<R> result(Future<List<R>> chunk) {
    try {
      return chunk.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) throw cause;
      if (e.getCause() instanceof Error cause) throw cause;
      throw new IllegalStateException(e.getCause());
    }
  }

  private void runSequence(Consumer<Answer> consumer) {
    List<Map<String, Tensor>> states = new ArrayList<>();
    for (int row = 0; row < source.size(); row++) {
      if (Thread.currentThread().isInterrupted()) throw new CancellationException("interrupted");
      if (source.starts(row)) {
        states.clear();
        models.forEach(model -> states.add(Map.of()));
      }
      Map<String, Tensor> sample = source.get(row);
      List<Map<String, Tensor>> outputs = new ArrayList<>();
      Map<String, Tensor> firstInputs = sample;
      for (int i = 0; i < models.size(); i++) {
        Map<String, Tensor> inputs = new LinkedHashMap<>(sample);
        inputs.putAll(states.get(i));
        if (i == 0) firstInputs = inputs;
        outputs.add(models.get(i).run(models.get(i).fit(inputs)));
        states.set(i, carried(models.get(i), outputs.getLast()));
      }
      consumer.accept(new Answer(row, firstInputs, outputs));
    }
  }

  private Map<String, Tensor> carried(RunnableModel model, Map<String, Tensor> outputs) {
    Map<String, Tensor> next = new LinkedHashMap<>();
    source.state().forEach((input, output) -> next.put(input, carried(model, outputs, output)));
    return next;
  }

  private static Tensor carried(RunnableModel model, Map<String, Tensor> outputs, String output) {
    Tensor value = outputs.get(output);
    if (value == null)
      throw model.refusal(
          "no output \"%s\" carries the state, it has %s".formatted(output, outputs.keySet()));
    return value;
  }
}
