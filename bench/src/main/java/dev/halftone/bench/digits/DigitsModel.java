package dev.halftone.bench.digits;

import static dev.halftone.bench.generate.ModelBuilder.ints;

import dev.halftone.bench.generate.ModelBuilder;
import dev.halftone.graph.Attribute;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.Model;
import dev.halftone.graph.TensorType;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The network as an ONNX model: input {@code image [N, 1, 28, 28]}, gray values from 0 to 255 as
 * they lie in the file; output {@code logits [N, 10]}. Batch normalizations stay nodes of their
 * own, as a training framework leaves them.
 */
final class DigitsModel {
  private final ModelBuilder model = new ModelBuilder();
  private String value = model.input("image", batches(1, DigitPainter.SIDE, DigitPainter.SIDE));
  private boolean flat;

  private DigitsModel() {}

  static Model of(Network network) {
    DigitsModel digits = new DigitsModel();
    for (int i = 0; i < network.layers.size(); i++) digits.add(network.layers.get(i), i);
    digits.model.output("logits", batches(Strokes.DIGITS));
    return digits.model.build("digits");
  }

  private static TensorType batches(long... shape) {
    Stream<Dimension> sizes = LongStream.of(shape).mapToObj(Dimension.Fixed::new);
    return new TensorType(
        DType.FLOAT32, Stream.concat(Stream.of(new Dimension.Symbolic("N")), sizes).toList());
  }

  private void add(Layer layer, int index) {
    value =
        switch (layer) {
          case Convolution convolution -> convolution(convolution, "conv" + index, index == 0);
          case BatchNorm norm -> batchNorm(norm, "norm" + index);
          case Relu _ -> model.node("Relu", "relu" + index, value);
          case MaxPool _ -> maxPool("pool" + index);
          case Dense dense -> dense(dense, "dense" + index);
        };
  }

  /** The first convolution takes gray values up to 255 where training used values up to 1. */
  private String convolution(Convolution convolution, String name, boolean first) {
    float[] weights = convolution.weights.value.clone();
    if (first) {
      for (int i = 0; i < weights.length; i++) weights[i] /= 255;
    }
    Tensor kernels =
        Tensor.ofFloats(weights, convolution.channelsOut, convolution.channelsIn, 3, 3);
    return model.node(
        "Conv",
        name,
        List.of(value, model.constant(name + ".weight", kernels)),
        Map.of("kernel_shape", ints(3, 3), "pads", ints(1, 1, 1, 1)));
  }

  private String batchNorm(BatchNorm norm, String name) {
    List<String> inputs =
        List.of(
            value,
            vector(name + ".scale", norm.scale.value),
            vector(name + ".shift", norm.shift.value),
            vector(name + ".mean", norm.runningMean),
            vector(name + ".variance", norm.runningVariance));
    Attribute epsilon = new Attribute.OfFloat(BatchNorm.EPSILON);
    return model.node("BatchNormalization", name, inputs, Map.of("epsilon", epsilon));
  }

  private String maxPool(String name) {
    return model.node(
        "MaxPool", name, List.of(value), Map.of("kernel_shape", ints(2, 2), "strides", ints(2, 2)));
  }

  private String dense(Dense dense, String name) {
    if (!flat) value = model.node("Flatten", "flatten", value);
    flat = true;
    Tensor weights = Tensor.ofFloats(dense.weights.value, dense.out, dense.in);
    List<String> inputs =
        List.of(
            value,
            model.constant(name + ".weight", weights),
            vector(name + ".bias", dense.bias.value));
    return model.node("Gemm", name, inputs, Map.of("transB", new Attribute.OfInt(1)));
  }

  private String vector(String name, float[] values) {
    return model.constant(name, Tensor.ofFloats(values, values.length));
  }
}
