package dev.halftone.train;

import dev.halftone.data.DataSet;
import dev.halftone.data.Samples;
import dev.halftone.data.Targets;
import dev.halftone.data.Task;
import dev.halftone.graph.Attribute;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Processor;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A residual network for images of 8 by 8 that finds which of four corners is brightest. */
public final class SmallNetwork {
  private static final int CLASSES = 4;

  private SmallNetwork() {}

  /** The network with weights from a seed: features at random, the last layer as good as any. */
  public static Model model() {
    Random random = new Random(7);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    weights.put("w1", normal(random, 0.3, 8, 3, 3, 3));
    weights.put("b1", normal(random, 0.1, 8));
    weights.put("w2", normal(random, 0.15, 8, 8, 3, 3));
    weights.put("b2", normal(random, 0.1, 8));
    weights.put("w3", normal(random, 0.3, CLASSES, 8 * 16));
    weights.put("b3", normal(random, 0.1, CLASSES));
    Attribute pads = new Attribute.OfInts(List.of(1L, 1L, 1L, 1L));
    Attribute two = new Attribute.OfInts(List.of(2L, 2L));
    List<Node> nodes =
        List.of(
            Node.of("c1", "Conv", List.of("x", "w1", "b1"), List.of("c1"))
                .withAttribute("pads", pads),
            Node.of("r1", "Relu", List.of("c1"), List.of("r1")),
            Node.of("c2", "Conv", List.of("r1", "w2", "b2"), List.of("c2"))
                .withAttribute("pads", pads),
            Node.of("a", "Add", List.of("r1", "c2"), List.of("a")),
            Node.of("r2", "Relu", List.of("a"), List.of("r2")),
            Node.of("p", "MaxPool", List.of("r2"), List.of("p"))
                .withAttribute("kernel_shape", two)
                .withAttribute("strides", two),
            Node.of("f", "Flatten", List.of("p"), List.of("f")),
            Node.of("g", "Gemm", List.of("f", "w3", "b3"), List.of("logits"))
                .withAttribute("transB", new Attribute.OfInt(1)),
            Node.of("s", "Softmax", List.of("logits"), List.of("y")));
    List<Dimension> shape =
        List.of(
            new Dimension.Symbolic("N"),
            new Dimension.Fixed(3),
            new Dimension.Fixed(8),
            new Dimension.Fixed(8));
    List<Dimension> answer = List.of(new Dimension.Symbolic("N"), new Dimension.Fixed(CLASSES));
    Graph graph =
        new Graph(
            "small",
            nodes,
            weights,
            List.of(new ValueInfo("x", new TensorType(DType.FLOAT32, shape))),
            List.of(new ValueInfo("y", new TensorType(DType.FLOAT32, answer))),
            List.of(),
            Opaque.NONE);
    return new Model(8, new TreeMap<>(Map.of("", 17L)), graph, List.of(), Map.of(), Opaque.NONE);
  }

  /** The same with two of each four neighbours along the input channels zero, but for RGB's. */
  public static Model pruned() {
    Model whole = model();
    GraphEditor editor = new GraphEditor(whole.graph());
    for (String name : List.of("w2", "w3")) {
      Tensor weight = Objects.requireNonNull(whole.graph().initializers().get(name));
      float[] values = weight.toFloats();
      int channels = (int) weight.dimension(1);
      int inner = (int) (weight.count() / weight.dimension(0) / channels);
      for (int i = 0; i < values.length; i++) {
        int output = i / inner / channels;
        if ((i / inner % channels + output) % 4 < 2) values[i] = 0;
      }
      editor.replaceInitializer(name, Tensor.ofFloats(values, weight.shape()));
    }
    return whole.withGraph(editor.toGraph());
  }

  private static Tensor normal(Random random, double deviation, long... shape) {
    float[] values = new float[(int) Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) values[i] = (float) (deviation * random.nextGaussian());
    return Tensor.ofFloats(values, shape);
  }

  /** Sample {@code row}: noise. */
  public static Tensor image(int row) {
    return normal(new Random(1000 + row), 1, 1, 3, 8, 8);
  }

  /** Samples without labels. */
  public static DataSet samples(int size) {
    return data(size, null);
  }

  /** Samples with labels that have nothing to do with them. */
  public static DataSet labelled(int size, int classes) {
    List<Integer> labels = IntStream.range(0, size).mapToObj(row -> row % classes).toList();
    return data(size, new Targets.Classes(labels));
  }

  /** Samples of which one is not a number. */
  public static DataSet broken(int size, int broken) {
    return broken(size, broken, Float.NaN);
  }

  /** Samples of which one has this everywhere. */
  public static DataSet broken(int size, int broken, float element) {
    DataSet whole = samples(size);
    Samples samples =
        new Samples() {
          @Override
          public int size() {
            return size;
          }

          @Override
          public Map<String, Tensor> get(int row) {
            if (row != broken) return whole.samples().get(row);
            float[] values = new float[3 * 8 * 8];
            java.util.Arrays.fill(values, element);
            return Map.of("x", Tensor.ofFloats(values, 1, 3, 8, 8));
          }
        };
    return new DataSet(samples, null, new Task.Classify(0), Map.of(), Set.of(), "broken");
  }

  private static DataSet data(int size, @Nullable Targets targets) {
    Samples samples =
        new Samples() {
          @Override
          public int size() {
            return size;
          }

          @Override
          public Map<String, Tensor> get(int row) {
            return Map.of("x", image(row));
          }
        };
    return new DataSet(samples, targets, new Task.Classify(0), Map.of(), Set.of(), "small" + size);
  }

  /** Static by channel, ranges from the extremes. */
  public static Recipe recipe(WeightFormat weights, DType activations) {
    return recipe(weights, activations, new Granularity.PerChannel());
  }

  /** Static, ranges from the extremes. */
  public static Recipe recipe(WeightFormat weights, DType activations, Granularity granularity) {
    return new Recipe(
            Mode.STATIC,
            weights,
            activations,
            granularity,
            false,
            true,
            false,
            false,
            false,
            true,
            Calibration.MINMAX,
            List.of(),
            List.of(),
            true,
            new ScaleSearch.AbsMax(),
            new ScaleStorage.Float32())
        .withProcessor(Processor.ANY);
  }
}
