package dev.halftone.quantize.fold;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * How much larger a file may become when a computed constant takes the place of the nodes that give
 * it. A mask of 8000 × 8000 is one node and a shape of two numbers: stored, it would be 256 MB, and
 * ONNX Runtime computes it once while it loads the model anyway. So a result may be {@link
 * #ALLOWANCE} larger than the constants that it is computed from. The weight of a linear operator
 * may have any size: only stored it can be quantized.
 */
final class Growth {
  /** Bytes; the shapes, tables and scales that exporters leave to be computed are smaller. */
  private static final long ALLOWANCE = 1 << 20;

  private static final Set<String> LINEAR = Set.of("Conv", "ConvTranspose", "Gemm", "MatMul");
  private static final Set<String> RECURRENT = Set.of("GRU", "LSTM", "RNN");

  private final Graph graph;
  private final GraphIndex index;

  Growth(Graph graph, GraphIndex index) {
    this.graph = graph;
    this.index = index;
  }

  /** Whether the result, under its name, may be stored. */
  boolean allows(String name, Tensor result) {
    return result.byteSize() <= ALLOWANCE
        || result.byteSize() - ALLOWANCE <= sourceBytes(name)
        || index.consumers(name).stream().anyMatch(reader -> readsAsWeight(reader, name));
  }

  /** Size of the initializers that the value is computed from, each counted once. */
  private long sourceBytes(String value) {
    long bytes = 0;
    Set<String> seen = new HashSet<>(Set.of(value));
    Deque<String> open = new ArrayDeque<>(seen);
    while (!open.isEmpty()) {
      String name = open.pop();
      Tensor constant = graph.initializers().get(name);
      if (constant != null) bytes += constant.byteSize();
      Node producer = index.producer(name);
      Collection<String> reads = producer == null ? Set.of() : producer.reads();
      for (String read : reads) if (seen.add(read)) open.push(read);
    }
    return bytes;
  }

  private static boolean readsAsWeight(Node reader, String value) {
    if (!reader.domain().isEmpty()) return false;
    if (LINEAR.contains(reader.opType())) return reader.input(1).equals(value);
    boolean recurrent = RECURRENT.contains(reader.opType());
    return recurrent && (reader.input(1).equals(value) || reader.input(2).equals(value));
  }
}
