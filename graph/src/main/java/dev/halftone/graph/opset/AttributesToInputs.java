package dev.halftone.graph.opset;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Adapters for parameters that were attributes and became inputs. */
final class AttributesToInputs {
  private AttributesToInputs() {}

  /**
   * A list of integers, absent or empty where the operator has a default: Squeeze-13, ReduceSum-13,
   * ReduceMean-18, Split-13 …
   */
  static Adapter integers(String attribute, int index) {
    return (node, site) -> List.of(moved(node, attribute, index, site));
  }

  private static Node moved(Node node, String attribute, int index, Site site) {
    List<Long> values = node.integers(attribute);
    Node bare = Adapter.without(node, attribute);
    return values.isEmpty()
        ? bare
        : Adapter.withInput(bare, index, site.constant(node, attribute, values));
  }

  /** A list that must be there: Unsqueeze-13. */
  static Adapter requiredIntegers(String attribute, int index) {
    return (node, site) -> {
      if (node.integers(attribute).isEmpty())
        throw new CannotRaiseException(node, "it has no " + attribute);
      return List.of(moved(node, attribute, index, site));
    };
  }

  /** Slice-10: starts, ends, and axes where they are not simply the first ones. */
  static List<Node> slice(Node node, Site site) {
    Node sliced = requiredIntegers("starts", 1).adapt(node, site).getFirst();
    sliced = requiredIntegers("ends", 2).adapt(sliced, site).getFirst();
    return List.of(moved(sliced, "axes", 3, site));
  }

  /** TopK-10: {@code K} is a tensor of one element. */
  static List<Node> topK(Node node, Site site) {
    if (!(node.attribute("k") instanceof Attribute.OfInt(long k)))
      throw new CannotRaiseException(node, "it has no k");
    return List.of(
        Adapter.withInput(Adapter.without(node, "k"), 1, site.constant(node, "k", List.of(k))));
  }

  /** DFT-20: {@code axis} is a scalar input whose default has changed, so it is always given. */
  static List<Node> dft(Node node, Site site) {
    Tensor axis = Tensor.ofLongs(new long[] {node.integer("axis", 1)});
    return List.of(
        Adapter.withInput(Adapter.without(node, "axis"), 2, site.constant(node, "axis", axis)));
  }

  /** Clip-11: bounds are scalars of the input's type. */
  static List<Node> clip(Node node, Site site) {
    Node clip = Adapter.without(node, "min", "max");
    if (node.attribute("min") instanceof Attribute.OfFloat(float min))
      clip = Adapter.withInput(clip, 1, real(node, "min", min, site));
    if (node.attribute("max") instanceof Attribute.OfFloat(float max))
      clip = Adapter.withInput(clip, 2, real(node, "max", max, site));
    return List.of(clip);
  }

  /** Pad-11: {@code value} counts in mode "constant" only, and is 0 when left out. */
  static List<Node> pad(Node node, Site site) {
    Node pad = requiredIntegers("pads", 1).adapt(Adapter.without(node, "value"), site).getFirst();
    float value = node.real("value", 0);
    if (value == 0 || !node.text("mode", "constant").equals("constant")) return List.of(pad);
    return List.of(Adapter.withInput(pad, 2, real(node, "value", value, site)));
  }

  private static String real(Node node, String what, float value, Site site) {
    return site.constant(node, what, scalar(node, site.floatType(node, node.input(0)), value));
  }

  /**
   * FLOAT16 and BFLOAT16 rounded to nearest even; a bound beyond the type's range becomes infinite,
   * which bounds nothing.
   */
  private static Tensor scalar(Node node, DType dtype, float value) {
    ByteBuffer bytes = ByteBuffer.allocate(dtype.bits() / 8).order(ByteOrder.LITTLE_ENDIAN);
    switch (dtype) {
      case FLOAT32 -> bytes.putFloat(value);
      case FLOAT64 -> bytes.putDouble(value);
      case FLOAT16 -> bytes.putShort(Float.floatToFloat16(value));
      case BFLOAT16 -> bytes.putShort(bfloat16(value));
      default -> throw new CannotRaiseException(node, "its input is of type " + dtype);
    }
    return Tensor.of(dtype, new long[0], MemorySegment.ofBuffer(bytes.flip()));
  }

  private static short bfloat16(float value) {
    int bits = Float.floatToIntBits(value);
    // Half of the last kept place, one less when that place is even: ties go to even.
    return (short) ((bits + 0x7FFF + (bits >>> 16 & 1)) >>> 16);
  }
}
