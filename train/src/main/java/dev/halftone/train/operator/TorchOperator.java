package dev.halftone.train.operator;

import dev.halftone.graph.Node;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** What an operator of ONNX computes. */
public interface TorchOperator {
  /**
   * The outputs in the operator's order, one for each that the node names. They may share memory
   * with inputs, but are objects of their own.
   */
  List<Tensor> apply(Call call);

  /** Why this node cannot be computed, or null when it can; asked before anything runs. */
  default @Nullable String refusal(Node node, long opset) {
    return null;
  }

  /** An operator with one output. */
  static TorchOperator one(Function<Call, Tensor> body) {
    return call -> List.of(body.apply(call));
  }

  /** Says why a node cannot be computed, or null. */
  interface Check {
    @Nullable String refusal(Node node, long opset);
  }

  /** An operator with one output, some of whose forms are refused. */
  static TorchOperator checked(Check check, Function<Call, Tensor> body) {
    return new TorchOperator() {
      @Override
      public List<Tensor> apply(Call call) {
        return List.of(body.apply(call));
      }

      @Override
      public @Nullable String refusal(Node node, long opset) {
        return check.refusal(node, opset);
      }
    };
  }
}
