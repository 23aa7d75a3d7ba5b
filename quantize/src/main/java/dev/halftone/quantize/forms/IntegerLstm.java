package dev.halftone.quantize.forms;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.quantize.codes.CodeLayout;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Rewrite;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One of the two weights of ONNX Runtime's {@code DynamicQuantizeLSTM}: codes {@code [directions,
 * inputs, 4 hidden]}, turned from ONNX's {@code [directions, 4 hidden, inputs]}, a scale for each
 * gate's row. The node's other weight takes the same form.
 *
 * @param input 1 for the input weight, 2 for the recurrence weight
 */
public record IntegerLstm(CodeRequest request, List<Node> nodes, int input)
    implements WeightForm.Encoded {
  /**
   * Inputs of LSTM proper; scale and zero point of the input weight follow, then those of the
   * recurrence weight.
   */
  private static final int INPUTS = 8;

  public IntegerLstm {
    nodes = List.copyOf(nodes);
  }

  /** Whether ONNX Runtime's integer LSTM does what the node asks for. */
  public static boolean canRun(Node lstm) {
    return lstm.is("LSTM") && lstm.integer("layout", 0) == 0;
  }

  @Override
  public int axis() {
    return 1;
  }

  @Override
  public boolean needsMicrosoft() {
    return true;
  }

  @Override
  public void emit(Constant constant, Codes codes, Rewrite rewrite) {
    CodeLayout layout = codes.layout();
    String name = constant.name();
    long[] scaleShape = {layout.outer(), layout.inner()};
    String stored =
        Emission.constant(
            rewrite,
            constant.owner(),
            name + "_quantized",
            codes.codes(layout.outer(), layout.length(), layout.inner()));
    String scale =
        Emission.constant(rewrite, constant.owner(), name + "_scale", codes.scales(scaleShape));
    String zero =
        Emission.constant(
            rewrite, constant.owner(), name + "_zero_point", codes.zeroPoints(scaleShape));
    for (Node node : nodes) rewrite.change(node, lstm -> reading(lstm, stored, scale, zero));
  }

  private Node reading(Node lstm, String stored, String scale, String zeroPoint) {
    List<String> inputs = new ArrayList<>(lstm.inputs());
    while (inputs.size() < INPUTS + 4) inputs.add("");
    inputs.set(input, stored);
    inputs.set(INPUTS + 2 * (input - 1), scale);
    inputs.set(INPUTS + 2 * (input - 1) + 1, zeroPoint);
    Map<String, Attribute> attributes = new LinkedHashMap<>(lstm.attributes());
    attributes.remove("layout");
    return new Node(
        lstm.name(),
        Emission.MICROSOFT,
        "DynamicQuantizeLSTM",
        inputs,
        lstm.outputs(),
        attributes,
        lstm.opaque());
  }
}
