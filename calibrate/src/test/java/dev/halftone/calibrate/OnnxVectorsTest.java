package dev.halftone.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.graph.Node;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.onnx.OnnxTensors;
import dev.halftone.scheme.QuantizationParameters;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The conformance cases of ONNX for QuantizeLinear and DequantizeLinear, element by element. */
class OnnxVectorsTest {
  private static final Path VECTORS =
      Path.of(System.getProperty("halftone.shared", "../../shared"), "golden", "onnx");

  /** One case: the operator's axis and block size, and which scale goes with which element. */
  private record Case(Node node, Tensor x, Tensor scale, Tensor zeroPoint, Tensor y) {
    static Case read(String name) {
      Path folder = VECTORS.resolve(name);
      assumeTrue(Files.isDirectory(folder), "ONNX conformance vectors: not beside the project");
      Path data = folder.resolve("test_data_set_0");
      Node node = OnnxReader.read(folder.resolve("model.onnx")).graph().nodes().getFirst();
      Tensor scale = OnnxTensors.read(data.resolve("input_1.pb"));
      Path third = data.resolve("input_2.pb");
      Tensor zeroPoint = Files.exists(third) ? OnnxTensors.read(third) : scale;
      return new Case(
          node,
          OnnxTensors.read(data.resolve("input_0.pb")),
          scale,
          zeroPoint,
          OnnxTensors.read(data.resolve("output_0.pb")));
    }

    QuantizationParameters parameters(long element, DType type) {
      long index = scaleIndex(element);
      int code = zeroPoint == scale ? 0 : (int) zeroPoint.longAt(index);
      return new QuantizationParameters(scale.floatAt(index), code, type);
    }

    private long scaleIndex(long element) {
      if (scale.count() == 1) return 0;
      int axis = (int) node.integer("axis", 1);
      axis = axis < 0 ? axis + x.rank() : axis;
      long block = node.integer("block_size", 0);
      long[] position = new long[x.rank()];
      long rest = element;
      for (int i = x.rank() - 1; i >= 0; i--) {
        position[i] = rest % x.dimension(i);
        rest /= x.dimension(i);
      }
      if (block == 0) return position[axis];
      position[axis] /= block;
      long index = 0;
      for (int i = 0; i < x.rank(); i++) index = index * scale.dimension(i) + position[i];
      return index;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "test_quantizelinear",
        "test_quantizelinear_axis",
        "test_quantizelinear_blocked_asymmetric",
        "test_quantizelinear_blocked_symmetric",
        "test_quantizelinear_int16",
        "test_quantizelinear_int2",
        "test_quantizelinear_int4",
        "test_quantizelinear_uint16",
        "test_quantizelinear_uint2",
        "test_quantizelinear_uint4"
      })
  void quantize(String name) {
    Case one = Case.read(name);
    DType type = one.y().dtype();
    for (int i = 0; i < one.x().count(); i++) {
      QuantizationParameters parameters = one.parameters(i, type);
      long code;
      if (type.bits() == 16) {
        short[] codes = new short[1];
        parameters.quantize(new float[] {one.x().floatAt(i)}, 0, 1, codes, 0);
        code = type == DType.UINT16 ? codes[0] & 0xFFFF : codes[0];
      } else {
        byte[] codes = new byte[1];
        parameters.quantize(new float[] {one.x().floatAt(i)}, 0, 1, codes, 0);
        code = type == DType.UINT8 ? codes[0] & 0xFF : codes[0];
      }
      assertThat(code).as("element %d", i).isEqualTo(one.y().longAt(i));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "test_dequantizelinear",
        "test_dequantizelinear_axis",
        "test_dequantizelinear_blocked",
        "test_dequantizelinear_int16",
        "test_dequantizelinear_int2",
        "test_dequantizelinear_int4",
        "test_dequantizelinear_uint16",
        "test_dequantizelinear_uint2",
        "test_dequantizelinear_uint4"
      })
  void dequantize(String name) {
    Case one = Case.read(name);
    DType type = one.x().dtype();
    float[] value = new float[1];
    for (int i = 0; i < one.x().count(); i++) {
      QuantizationParameters parameters = one.parameters(i, type);
      if (type.bits() == 16) {
        parameters.dequantize(new short[] {(short) one.x().longAt(i)}, 0, 1, value, 0);
      } else {
        parameters.dequantize(new byte[] {(byte) one.x().longAt(i)}, 0, 1, value, 0);
      }
      assertThat(value[0]).as("element %d", i).isEqualTo(one.y().floatAt(i));
    }
  }
}
