package dev.halftone.bench.digits;

import dev.halftone.bench.digits.Layer.Parameter;
import java.util.List;
import java.util.Random;

/**
 * Three times convolution, batch normalization, Relu and max pooling, then two dense layers: {@code
 * [N, 1, 28, 28]}, gray values over 255, to {@code [N, 10]} logits. The convolutions are wide
 * enough for 8-bit arithmetic to pay off.
 */
final class Network {
  static final int[] CHANNELS = {1, 32, 64, 64};
  private static final int HIDDEN = 64;

  final List<Layer> layers;

  Network(Random random) {
    var built = new java.util.ArrayList<Layer>();
    int side = DigitPainter.SIDE;
    for (int i = 0; i + 1 < CHANNELS.length; i++, side /= 2) {
      built.add(new Convolution(CHANNELS[i], CHANNELS[i + 1], side, random));
      built.add(new BatchNorm(CHANNELS[i + 1], side));
      built.add(new Relu());
      built.add(new MaxPool(CHANNELS[i + 1], side));
    }
    built.add(new Dense(CHANNELS[CHANNELS.length - 1] * side * side, HIDDEN, random));
    built.add(new Relu());
    built.add(new Dense(HIDDEN, Strokes.DIGITS, random));
    layers = List.copyOf(built);
  }

  List<Parameter> parameters() {
    return layers.stream().flatMap(layer -> layer.parameters().stream()).toList();
  }

  float[] forward(float[] input, int batch, boolean training) {
    float[] value = input;
    for (Layer layer : layers) value = layer.forward(value, batch, training);
    return value;
  }

  void backward(float[] gradient, int batch) {
    float[] value = gradient;
    for (Layer layer : layers.reversed()) value = layer.backward(value, batch);
  }
}
