package dev.halftone.quantize.codes;

import dev.halftone.graph.MalformedModelException;
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
    List<Codes> codes = new ArrayList<>();
    List<Workers.Task> tasks = new ArrayList<>();
    OffHeap memory = new OffHeap();
    for (CodeRequest request : requests) {
      long bytes = request.format().dtype().bytes(request.layout().codes());
      MemorySegment target = memory.allocate(bytes);
      float[] scales = new float[Math.toIntExact(request.layout().scales())];
      byte[] zeroPoints = new byte[scales.length];
      codes.add(new Codes(request, target, scales, zeroPoints));
      tasks.addAll(
          releasing(request, Tiles.of(request, new EncodingTarget(target, scales, zeroPoints))));
    }
    Workers.run(tasks, threads);
    return codes;
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
