package dev.halftone.quantize.codes;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Encodes weights, many parts at a time. A code is {@code clamp(rint(w / scale) + zeroPoint)},
 * rounded half to even (ONNX operators, QuantizeLinear-21). Every part is computed the same whoever
 * computes it, so the result does not depend on {@code threads}. Codes lie outside the heap until
 * the last reader is gone.
 */
public final class Encoder {
  /** Smaller weights are not worth a call to the system. */
  private static final long RELEASED = 1 << 20;

  private Encoder() {}

  /**
   * The requests' codes, in their order.
   *
   * @throws MalformedModelException if a weight has a NaN or an infinity: names the weight and the
   *     element
   */
  public static List<Codes> encode(List<CodeRequest> requests, int threads) {
    List<EncodingTarget> targets = new ArrayList<>();
    OffHeap heap = new OffHeap();
    for (CodeRequest request : requests) {
      long bytes = request.format().bytes(request.layout().codes());
      targets.add(new EncodingTarget(request, () -> heap.allocate(bytes + Codes.SLACK)));
    }
    Workers.run(tasks(requests, targets), threads);
    for (int i = 0; i < targets.size(); i++)
      if (targets.get(i).settles()) settle(requests.get(i), targets.get(i));
    CodebookFit.fit(requests, targets, threads);
    Workers.run(again(requests, targets), threads);
    List<Codes> codes = new ArrayList<>();
    for (int i = 0; i < targets.size(); i++) codes.add(new Codes(requests.get(i), targets.get(i)));
    return codes;
  }

  /** Rounds scales that are rounded together, now that all are there. */
  private static void settle(CodeRequest request, EncodingTarget target) {
    ScaleStorage storage = request.scaling().storage();
    float[] scales = target.scales();
    if (storage instanceof ScaleStorage.Doubled) DoubledScales.of(scales).decode(scales);
    if (storage instanceof ScaleStorage.Float8) SmallScales.of(scales).decode(scales);
    target.scaled();
  }

  private static List<Workers.Task> tasks(
      List<CodeRequest> requests, List<EncodingTarget> targets) {
    List<Workers.Task> tasks = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++)
      tasks.addAll(releasing(requests.get(i), Tiles.of(requests.get(i), targets.get(i))));
    return tasks;
  }

  /** The tasks of weights whose codes had to wait for all scales. */
  private static List<Workers.Task> again(
      List<CodeRequest> requests, List<EncodingTarget> targets) {
    List<CodeRequest> waiting = new ArrayList<>();
    List<EncodingTarget> scaled = new ArrayList<>();
    for (int i = 0; i < targets.size(); i++) {
      if (!targets.get(i).settles()) continue;
      waiting.add(requests.get(i));
      scaled.add(targets.get(i));
    }
    return tasks(waiting, scaled);
  }

  /** The tasks, of which the last to finish gives a mapped weight's pages back to the system. */
  private static List<Workers.Task> releasing(CodeRequest request, List<Workers.Task> tasks) {
    MemorySegment source = request.weight().data();
    if (!source.isMapped() || source.byteSize() < RELEASED) return tasks;
    AtomicInteger left = new AtomicInteger(tasks.size());
    return tasks.stream()
        .<Workers.Task>map(
            task ->
                scratch -> {
                  task.run(scratch);
                  if (left.decrementAndGet() == 0) source.unload();
                })
        .toList();
  }

  /**
   * The error for a weight that is known to have a value that is not finite: names the first, in
   * the order of the weight.
   */
  static MalformedModelException notFinite(CodeRequest request) {
    Tensor weight = request.weight();
    for (long i = 0; i < weight.count(); i++) {
      float value = weight.floatAt(i);
      if (Float.isNaN(value)) return refusal(request, "NaN", i);
      if (Float.isInfinite(value)) return refusal(request, "infinity", i);
    }
    throw new IllegalStateException("all of " + request.name() + " is finite");
  }

  private static MalformedModelException refusal(CodeRequest request, String found, long element) {
    return new MalformedModelException(
        "initializer " + request.name(), "%s at element %d".formatted(found, element));
  }
}
