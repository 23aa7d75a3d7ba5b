package dev.halftone.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Attribute;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.quantize.qdq.StaticMode;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.fake.FakeQuantized;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Models that were exported for one sample. */
final class TriedBatchTest {
  private static final DataSet DATA = SmallNetwork.samples(24);

  /** The small network for one sample, flattened by a Reshape to {@code [1, 128]}. */
  private static Model forOne() {
    return with(
        Node.of("f", "Reshape", List.of("p", "shape"), List.of("f")),
        Tensor.ofLongs(new long[] {1, 128}, 2));
  }

  private static Model with(Node flat, Tensor shape) {
    Model model = SmallNetwork.model();
    GraphEditor editor = new GraphEditor(model.graph());
    editor.addInitializer("shape", shape);
    for (Node node : editor.nodes()) if (node.is("Flatten")) editor.replace(node, flat);
    Graph graph = editor.toGraph();
    List<Dimension> one =
        List.of(
            new Dimension.Fixed(1),
            new Dimension.Fixed(3),
            new Dimension.Fixed(8),
            new Dimension.Fixed(8));
    editor = new GraphEditor(graph);
    editor.setInputs(List.of(new ValueInfo("x", new TensorType(DType.FLOAT32, one))));
    return model.withGraph(editor.toGraph());
  }

  private static Training train(Model model) {
    FakeQuantized fake =
        FakeQuantized.of(
            StaticMode.draft(
                model,
                SmallNetwork.recipe(WeightFormat.parse("int4"), DType.UINT8),
                DATA,
                StatisticsSource.RUN,
                1,
                Progress.NONE));
    try (Trainer trainer =
        new Trainer(fake, DATA, TrainOptions.defaults().withBatch(4).withEpochs(2))) {
      return trainer.train(null, "", Trainer.Listener.NONE);
    }
  }

  @Test
  void aReshapeIsNoObstacle() {
    assertThat(TriedBatch.gives(forOne(), DATA)).isTrue();
    assertThat(train(forOne()).curve()).isEqualTo(train(SmallNetwork.model()).curve());
  }

  /** Samples that are mixed, as by a mean over all of them, have to go one by one. */
  @Test
  void samplesThatAreMixedGoOneByOne() {
    Model mixed =
        with(
            Node.of("f", "Reshape", List.of("m", "shape"), List.of("f")),
            Tensor.ofLongs(new long[] {1, 128}, 2));
    GraphEditor editor = new GraphEditor(mixed.graph());
    editor.add(
        Node.of("m", "ReduceMean", List.of("p"), List.of("m"))
            .withAttribute("axes", new Attribute.OfInts(List.of(0L))));
    Model model = mixed.withGraph(editor.toGraph());
    assertThat(TriedBatch.gives(model, DATA)).isFalse();
    assertThat(train(model).curve()).hasSize(3);
  }

  /** A shape without an axis for samples cannot be opened. */
  @Test
  void aVectorGoesOneByOne() {
    Model vector =
        with(
            Node.of("f", "Reshape", List.of("p", "shape"), List.of("f")),
            Tensor.ofLongs(new long[] {128}, 1));
    assertThat(TriedBatch.gives(vector, DATA)).isFalse();
    assertThat(TriedBatch.gives(forOne(), SmallNetwork.samples(1))).isFalse();
  }
}
