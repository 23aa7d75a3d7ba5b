package dev.halftone.graph;

import dev.halftone.tensor.Tensor;
import java.util.List;

/** Value of a node's attribute. */
public sealed interface Attribute {
  record OfInt(long value) implements Attribute {}

  record OfFloat(float value) implements Attribute {}

  record OfString(String value) implements Attribute {}

  record OfTensor(Tensor value) implements Attribute {}

  /** A body run by the node, which sees the values of the graphs around it. */
  record OfGraph(Graph value) implements Attribute {}

  record OfInts(List<Long> values) implements Attribute {
    public OfInts {
      values = List.copyOf(values);
    }
  }

  record OfFloats(List<Float> values) implements Attribute {
    public OfFloats {
      values = List.copyOf(values);
    }
  }

  record OfStrings(List<String> values) implements Attribute {
    public OfStrings {
      values = List.copyOf(values);
    }
  }

  record OfGraphs(List<Graph> values) implements Attribute {
    public OfGraphs {
      values = List.copyOf(values);
    }
  }

  /**
   * Inside a function: the attribute of the node that calls it (onnx.proto, {@code
   * AttributeProto.ref_attr_name}).
   *
   * @param name of the call's attribute
   * @param whole as the file has it
   */
  record OfReference(String name, Opaque whole) implements Attribute {}

  /** Any other kind (types, sparse tensors, lists of tensors), as the file has it. */
  record OfOpaque(Opaque value) implements Attribute {}
}
