package dev.halftone.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RefusalTest {
  @Test
  void keepsTheReasonAndDropsTheRest() {
    assertThat(
            Refusal.reason(
                """
                Error code - ORT_FAIL - message: Load model from /a b/x.onnx failed:/onnxruntime_src/onnxruntime/core/graph/model.cc:177 \
                onnxruntime::Model::Model(onnx::ModelProto&&, const onnxruntime::PathString&, const onnxruntime::IOnnxRuntimeOpSchemaRegistryList*, \
                const onnxruntime::logging::Logger&, const onnxruntime::ModelOptions&) ModelProto does not have a graph.

                """))
        .isEqualTo("ModelProto does not have a graph.");
    assertThat(
            Refusal.reason(
                "Error code - ORT_INVALID_ARGUMENT - message: Non-zero status code returned while"
                    + " running Gather node. Name:'g' Status Message: indices element out of data"
                    + " bounds, idx=9 must be within the inclusive range [-3,2]"))
        .isEqualTo(
            "node g (Gather): indices element out of data bounds, idx=9 must be within the"
                + " inclusive range [-3,2]");
    assertThat(
            Refusal.reason(
                "Error code - ORT_RUNTIME_EXCEPTION - message: Non-zero status code returned while"
                    + " running Reshape node. Name:'r' Status Message:"
                    + " /onnxruntime_src/onnxruntime/core/providers/cpu/tensor/reshape_helper.h:47"
                    + " onnxruntime::ReshapeHelper::ReshapeHelper(const onnxruntime::TensorShape&,"
                    + " onnxruntime::TensorShapeVector&, bool) input_shape_size == size was false."
                    + " The input tensor cannot be reshaped to the requested shape. Input"
                    + " shape:{6}, requested shape:{4}\n"))
        .isEqualTo(
            "node r (Reshape): The input tensor cannot be reshaped to the requested shape. Input"
                + " shape:{6}, requested shape:{4}");
    assertThat(Refusal.reason("")).isEqualTo("no reason given");
  }
}
