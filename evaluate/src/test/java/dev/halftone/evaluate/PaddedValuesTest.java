package dev.halftone.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.data.Task;
import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models with channels of zeros beside a reference without. */
class PaddedValuesTest {
  private static final int CHANNELS = 5;

  @TempDir Path folder;
  private Path reference = Path.of("");

  @BeforeEach
  void writeTheReference() {
    reference = Fixtures.write(folder, "reference", network("", CHANNELS, false, 1));
  }

  /**
   * A dense, a depthwise and a dense convolution of one position.
   *
   * @param suffix of the values with {@code channels} channels, of which those after the fifth are
   *     zeros
   * @param stored whether these are stored in 8 bits
   * @param factor of the depthwise weights
   */
  private static Graph network(String suffix, int channels, boolean stored, float factor) {
    Map<String, Tensor> constants = new LinkedHashMap<>();
    constants.put("shape", Tensor.ofLongs(new long[] {-1, 4, 1, 1}, 4));
    constants.put("w1", rows(1, CHANNELS, 4, channels, 1));
    constants.put("w2", rows(2, CHANNELS, 1, channels, factor));
    constants.put("w3", columns(channels));
    constants.put("s", Tensor.scalar(0.05f));
    constants.put("z", Tensor.ofBytes(DType.UINT8, new byte[] {100}));
    List<Node> nodes = new ArrayList<>();
    nodes.add(Node.of("shaped", "Reshape", List.of("x", "shape"), List.of("image")));
    nodes.add(Node.of("before", "Conv", List.of("image", "w1"), List.of("a" + suffix)));
    nodes.add(Node.of("active", "Relu", List.of("a" + suffix), List.of("b" + suffix)));
    String read = stored ? store("b" + suffix, nodes) : "b" + suffix;
    nodes.add(
        Node.of("depthwise", "Conv", List.of(read, "w2"), List.of("c" + suffix))
            .withAttribute("group", new Attribute.OfInt(channels)));
    read = stored ? store("c" + suffix, nodes) : "c" + suffix;
    nodes.add(Node.of("after", "Conv", List.of(read, "w3"), List.of("d")));
    nodes.add(Node.of("flat", "Flatten", List.of("d"), List.of("scores")));
    return Fixtures.graph(DType.FLOAT32, constants, nodes.toArray(Node[]::new));
  }

  private static String store(String value, List<Node> nodes) {
    String codes = value + "_quantized";
    String decoded = value + "_dequantized";
    nodes.add(Node.of("", "QuantizeLinear", List.of(value, "s", "z"), List.of(codes)));
    nodes.add(Node.of("", "DequantizeLinear", List.of(codes, "s", "z"), List.of(decoded)));
    return decoded;
  }

  private static Tensor rows(long seed, int rows, int columns, int padded, float factor) {
    float[] values = Fixtures.random(seed, rows, columns).toFloats();
    for (int i = 0; i < values.length; i++) values[i] *= factor;
    return Tensor.ofFloats(Arrays.copyOf(values, padded * columns), padded, columns, 1, 1);
  }

  private static Tensor columns(int padded) {
    float[] values = Fixtures.random(3, 3, CHANNELS).toFloats();
    float[] wider = new float[3 * padded];
    for (int row = 0; row < 3; row++)
      System.arraycopy(values, row * CHANNELS, wider, row * padded, CHANNELS);
    return Tensor.ofFloats(wider, 3, padded, 1, 1);
  }

  private List<Layer> compare(Graph model) {
    return Comparison.compare(
            reference,
            OnnxReader.read(reference).graph(),
            Fixtures.write(folder, "model", model),
            Fixtures.data(new Task.CompareOnly(), null),
            Integer.MAX_VALUE,
            1,
            Progress.NONE)
        .layers();
  }

  @Test
  void paddedValuesAreComparedWithoutTheirZeros() {
    List<Layer> layers = compare(network("_padded", 8, false, 1));
    assertThat(layers)
        .extracting(Layer::value)
        .containsExactly("image", "a", "b", "c", "d", "scores");
    assertThat(layers).allSatisfy(layer -> assertThat(layer.sqnrDb()).isGreaterThan(120));
  }

  @Test
  void theirNoiseIsThatOfTheUnpaddedModel() {
    List<Layer> padded = compare(network("_padded", 8, true, 1));
    List<Layer> narrow = compare(network("", CHANNELS, true, 1));
    assertThat(padded).hasSameSizeAs(narrow);
    for (int i = 0; i < narrow.size(); i++) {
      assertThat(padded.get(i).value()).isEqualTo(narrow.get(i).value());
      // Beyond 120 dB a sum in another order makes a difference.
      assertThat(Math.min(120, padded.get(i).sqnrDb()))
          .isCloseTo(Math.min(120, narrow.get(i).sqnrDb()), within(1e-3));
      assertThat(padded.get(i).ownNoise()).isCloseTo(narrow.get(i).ownNoise(), within(1e-9));
      assertThat(padded.get(i).inheritedNoise())
          .isCloseTo(narrow.get(i).inheritedNoise(), within(1e-9));
    }
    assertThat(narrow.get(2).ownNoise()).isPositive();
  }

  @Test
  void onlyThePaddedLayerThatIsWrongIsBlamed() {
    List<Layer> layers = compare(network("_padded", 8, true, 1.5f));
    assertThat(layers)
        .filteredOn(layer -> layer.ownNoise() > Comparison.WRONG_NOISE)
        .extracting(Layer::node)
        .containsExactly("depthwise");
  }

  /** What the model gives must not be taken for what it should give. */
  @Test
  void channelsThatAreNotZeroAreLeftAlone() {
    Map<String, Tensor> constants =
        new LinkedHashMap<>(network("_padded", 8, false, 1).initializers());
    constants.put("w1", Tensor.ofFloats(Fixtures.random(7, 8, 4).toFloats(), 8, 4, 1, 1));
    constants.put("w3", Tensor.ofFloats(Fixtures.random(8, 3, 8).toFloats(), 3, 8, 1, 1));
    Graph graph = network("_padded", 8, false, 1);
    List<Layer> layers =
        compare(Fixtures.graph(DType.FLOAT32, constants, graph.nodes().toArray(Node[]::new)));
    assertThat(layers).extracting(Layer::value).containsExactly("image", "c", "d", "scores");
    assertThat(layers.getLast().sqnrDb()).isLessThan(20);
  }

  @Test
  void theWeightsMayHaveBeenConstantNodes() {
    Graph plain = network("", CHANNELS, false, 1);
    Map<String, Tensor> constants = new LinkedHashMap<>(plain.initializers());
    List<Node> nodes = new ArrayList<>();
    for (String name : List.of("w1", "w2"))
      nodes.add(
          Node.of("", "Constant", List.of(), List.of(name))
              .withAttribute(
                  "value", new Attribute.OfTensor(Objects.requireNonNull(constants.remove(name)))));
    nodes.addAll(plain.nodes());
    Path unfolded =
        Fixtures.write(
            folder,
            "unfolded",
            Fixtures.graph(DType.FLOAT32, constants, nodes.toArray(Node[]::new)));
    List<Layer> layers =
        Comparison.compare(
                unfolded,
                OnnxReader.read(reference).graph(),
                Fixtures.write(folder, "model", network("_padded", 8, true, 1)),
                Fixtures.data(new Task.CompareOnly(), null),
                8,
                1,
                Progress.NONE)
            .layers();
    assertThat(layers).extracting(Layer::value).contains("a", "b", "c");
  }

  @Test
  void withFewerChannelsThanTheReferenceNothingIsCompared() {
    reference = Fixtures.write(folder, "wide", network("", 8, false, 1));
    List<Layer> layers = compare(network("_padded", CHANNELS, false, 1));
    assertThat(layers).extracting(Layer::value).containsExactly("image", "d", "scores");
  }
}
