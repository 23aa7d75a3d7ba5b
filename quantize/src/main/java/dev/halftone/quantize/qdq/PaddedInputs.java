package dev.halftone.quantize.qdq;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.recipe.Processor;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Channels of zeros for inputs of the network, up to a multiple of 4: what ONNX Runtime's integer
 * convolution multiplies at once. With 3 channels, or 1, it copies the input together tap by tap,
 * which takes longer than the products. The weights get zeros to go with them, so that no value
 * changes.
 */
final class PaddedInputs {
  /** Input channels that the kernel multiplies at once. */
  private static final int STEP = 4;

  /** Fewer output channels, and the kernel is another. */
  private static final int LEAST_OUTPUTS = 16;

  private final Graph graph;
  private final GraphIndex index;
  private final GraphEditor editor;

  /**
   * A convolution whose input can be padded.
   *
   * @param entry the node that quantizes the input
   * @param codes the initializer with the weight's codes
   */
  private record Site(Node convolution, Node entry, String codes) {}

  private PaddedInputs(Graph graph) {
    this.graph = graph;
    this.index = new GraphIndex(graph);
    this.editor = new GraphEditor(graph);
  }

  /**
   * Whether the recipe's processor gains from channels of zeros, and the operator set has what it
   * needs.
   */
  static boolean gain(Recipe recipe, long opset) {
    boolean gains =
        recipe.processor() == Processor.X86_VNNI || recipe.processor() == Processor.X86_AMX;
    // Before operator set 13 scales have no axis.
    return gains && opset >= 13 && recipe.activations().bits() == 8 && !recipe.quantizeEverything();
  }

  /**
   * How many channels a convolution's input is padded to, if it comes from outside; as many as
   * there are where that is not worth it.
   */
  static long channels(Node convolution, Tensor weight) {
    long channels = weight.dimension(1);
    // A kernel of one tap needs no copies.
    boolean single = weight.count() == weight.dimension(0) * channels;
    boolean padded =
        convolution.is("Conv")
            && convolution.integer("group", 1) == 1
            && weight.rank() >= 3
            && weight.dimension(0) >= LEAST_OUTPUTS
            && !single;
    return padded ? Math.ceilDiv(channels, STEP) * STEP : channels;
  }

  /** The graph with pairs, padded where the recipe's processor gains from it. */
  static Graph in(Model model, Graph paired, Recipe recipe) {
    if (!gain(recipe, model.opset())) return paired;
    PaddedInputs inputs = new PaddedInputs(paired);
    List<Site> sites = new ArrayList<>();
    for (Node node : paired.nodes()) {
      Site site = node.is("Conv") ? inputs.site(node) : null;
      if (site != null) sites.add(site);
    }
    sites.forEach(inputs::pad);
    inputs.editor.prune();
    return sites.isEmpty() ? paired : inputs.editor.toGraph();
  }

  private @Nullable Site site(Node convolution) {
    Node decoded = index.producer(convolution.input(0));
    Node entry = decoded == null ? null : index.producer(decoded.input(0));
    if (decoded == null || !decoded.is("DequantizeLinear")) return null;
    if (entry == null || !entry.is("QuantizeLinear")) return null;
    boolean fromOutside = index.producer(entry.input(0)) == null;
    Tensor zeroPoint = index.constant(entry.input(2));
    if (!fromOutside || zeroPoint == null || zeroPoint.rank() != 0) return null;
    // ONNX Runtime's Pad knows no shorter floats.
    Tensor scale = index.constant(entry.input(1));
    if (scale == null || scale.dtype() != DType.FLOAT32) return null;
    Node weight = index.producer(convolution.input(1));
    if (weight == null || index.onlyConsumer(convolution.input(1)) == null) return null;
    if (!weight.is("DequantizeLinear") || index.onlyConsumer(weight.input(0)) == null) return null;
    Tensor codes = graph.initializers().get(weight.input(0));
    boolean fits =
        codes != null
            && codes.dtype() == DType.INT8
            && channels(convolution, codes) > codes.dimension(1)
            && isZero(index.constant(weight.input(2)));
    return fits ? new Site(convolution, entry, weight.input(0)) : null;
  }

  private static boolean isZero(@Nullable Tensor zeroPoint) {
    if (zeroPoint == null) return false;
    for (byte code : zeroPoint.data().toArray(ValueLayout.JAVA_BYTE)) if (code != 0) return false;
    return true;
  }

  private void pad(Site site) {
    Tensor codes = graph.initializers().get(site.codes);
    if (codes == null) throw new IllegalStateException("no codes " + site.codes);
    long channels = channels(site.convolution, codes);
    editor.replaceInitializer(site.codes, wider(codes, channels));
    long[] pads = new long[2 * codes.rank()];
    pads[codes.rank() + 1] = channels - codes.dimension(1);
    String input = site.entry.input(0);
    String amounts = editor.freshName(input + "_pads");
    editor.addInitializer(amounts, Tensor.ofLongs(pads, pads.length));
    String padded = add("Pad", List.of(input, amounts), input + "_padded");
    List<String> scale = site.entry.inputs().subList(1, 3);
    String quantized = linear("QuantizeLinear", padded, scale, padded + "_quantized");
    String value = linear("DequantizeLinear", quantized, scale, padded + "_dequantized");
    List<String> inputs = new ArrayList<>(site.convolution.inputs());
    inputs.set(0, value);
    editor.replace(site.convolution, site.convolution.withInputs(inputs));
  }

  private String linear(String opType, String input, List<String> scale, String wish) {
    return add(opType, List.of(input, scale.get(0), scale.get(1)), wish);
  }

  private String add(String opType, List<String> inputs, String wish) {
    String output = editor.freshName(wish);
    editor.add(Node.of(editor.freshName(output + "_" + opType), opType, inputs, List.of(output)));
    return output;
  }

  /** Zeros behind the last input channel of each output channel. */
  private static Tensor wider(Tensor codes, long channels) {
    long[] shape = codes.shape();
    int outputs = Math.toIntExact(shape[0]);
    int kept = Math.toIntExact(codes.count() / outputs);
    shape[1] = channels;
    int each = Math.toIntExact(Tensor.elements(shape) / outputs);
    byte[] narrow = codes.data().toArray(ValueLayout.JAVA_BYTE);
    byte[] wide = new byte[Math.multiplyExact(outputs, each)];
    for (int output = 0; output < outputs; output++)
      System.arraycopy(narrow, output * kept, wide, output * each, kept);
    return Tensor.ofBytes(DType.INT8, wide, shape);
  }
}
