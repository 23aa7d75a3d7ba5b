package dev.halftone.quantize.forms;

import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Rewrite;

/** How a constant and the nodes that read it will look. */
public sealed interface WeightForm {
  /** The constant stays as it is. */
  record Kept(String reason) implements WeightForm {}

  /** The constant is encoded. */
  sealed interface Encoded extends WeightForm
      permits Stored,
          TableRows,
          PackedTable,
          BlockProduct,
          PackedProduct,
          IntegerProduct,
          IntegerConvolution,
          IntegerLstm {
    CodeRequest request();

    /** The axis that scales follow, for the plan. */
    int axis();

    /** Whether nodes of ONNX Runtime's own domain are used. */
    boolean needsMicrosoft();

    /** Adds to the rewrite what the form needs, given the codes of its request. */
    void emit(Constant constant, Codes codes, Rewrite rewrite);
  }
}
