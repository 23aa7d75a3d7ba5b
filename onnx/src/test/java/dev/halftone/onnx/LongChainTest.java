package dev.halftone.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import dev.halftone.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A graph that is much deeper than a thread's stack. */
class LongChainTest {
  private static final int LENGTH = 200_000;

  @TempDir Path folder;

  @Test
  void isSortedWrittenAndRead() {
    Path file = folder.resolve("chain.onnx");
    Model model = model();
    OnnxWriter.write(model, file, ExternalData.WHEN_NEEDED);
    ModelEquality.assertSame(OnnxReader.read(file), model);
  }

  /** A chain of Relu nodes, held last first until the editor sorts it. */
  private static Model model() {
    List<Node> nodes = new ArrayList<>(LENGTH);
    for (int i = LENGTH; i > 0; i--)
      nodes.add(Node.of("n" + i, "Relu", List.of("v" + (i - 1)), List.of("v" + i)));
    TensorType type = TensorType.fixed(DType.FLOAT32, 1);
    Graph unsorted =
        new Graph(
            "chain",
            nodes,
            Map.of(),
            List.of(new ValueInfo("v0", type)),
            List.of(new ValueInfo("v" + LENGTH, type)),
            List.of(),
            Opaque.NONE);
    Graph sorted = new GraphEditor(unsorted).toGraph();
    assertThat(sorted.nodes()).isEqualTo(nodes.reversed());
    return new Model(8, new TreeMap<>(Map.of("", 17L)), sorted, List.of(), Map.of(), Opaque.NONE);
  }
}
