package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.one;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.number.IntegerFormat;
import dev.halftone.number.LevelFormat;
import dev.halftone.number.NumberFormat;
import dev.halftone.quantize.codes.CodeFormat;
import dev.halftone.quantize.codes.CodeLayout;
import dev.halftone.quantize.codes.IntegerGrid;
import dev.halftone.quantize.codes.ScaledNumbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A weight that the file has as codes of any format and decodes when it is loaded:
 *
 * <pre>
 * y = decode(encode(x / scale)) * scale
 * </pre>
 *
 * <p>with the gradients of {@link EncodedBlocks} (straight-through estimator; for the scale the
 * rule of Esser et al., "Learned Step Size Quantization", arXiv 1902.08153, with the numbers of the
 * format in the place of integers). Tables of codebooks stay as they are.
 *
 * <p>Inputs: x; scales, one for each block in the order of the layout.
 */
public final class FakeEncoding {
  private static final String DOMAIN = "dev.halftone";
  private static final String NAME = "FakeEncode";

  private FakeEncoding() {}

  static Map<String, TorchOperator> all() {
    return Map.of(DOMAIN + "." + NAME, one(call -> EncodedBlocks.of(call, numbers(call.node()))));
  }

  /**
   * A node that does this.
   *
   * @param inputs x and scales
   * @param format of symmetric codes of 8 bits or less
   * @param layout without tiles
   */
  public static Node node(
      List<String> inputs, String output, CodeFormat format, CodeLayout layout) {
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    attributes.put("length", new Attribute.OfInt(layout.length()));
    attributes.put("inner", new Attribute.OfInt(layout.inner()));
    attributes.put("block", new Attribute.OfInt(layout.block()));
    attributes.put("format", new Attribute.OfString(format.name()));
    switch (format) {
      case IntegerGrid grid -> {
        attributes.put("low", new Attribute.OfInt(grid.lowest() - grid.middle()));
        attributes.put("high", new Attribute.OfInt(grid.highest() - grid.middle()));
      }
      case ScaledNumbers numbers when isFitted(numbers.numbers()) ->
          attributes.put("levels", new Attribute.OfFloats(levels(numbers.numbers())));
      case ScaledNumbers ignored -> {}
    }
    return new Node(output, DOMAIN, NAME, inputs, List.of(output), attributes, Opaque.NONE);
  }

  private static boolean isFitted(NumberFormat numbers) {
    return numbers.name().startsWith("codebook:");
  }

  private static List<Float> levels(NumberFormat numbers) {
    List<Float> levels = new ArrayList<>();
    for (int code = 0; code < numbers.codes(); code++) levels.add(numbers.decode(code));
    return levels;
  }

  /** Whether the node does this. */
  public static boolean is(Node node) {
    return node.domain().equals(DOMAIN) && node.opType().equals(NAME);
  }

  /** The numbers that the node rounds to. */
  static NumberFormat numbers(Node node) {
    String name = node.text("format", "");
    if (node.attribute("levels") instanceof Attribute.OfFloats(List<Float> values)) {
      float[] levels = new float[values.size()];
      for (int i = 0; i < levels.length; i++) levels[i] = values.get(i);
      return LevelFormat.codebook(levels);
    }
    if (node.attribute("low") == null) return NumberFormat.parse(name);
    int low = (int) node.integer("low", 0);
    return new IntegerFormat(name, Byte.SIZE, low, (int) node.integer("high", 0));
  }
}
