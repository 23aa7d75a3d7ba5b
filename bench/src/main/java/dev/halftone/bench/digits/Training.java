package dev.halftone.bench.digits;

import java.util.Random;

/** Trains the network by cross entropy, with a learning rate that falls along half a cosine. */
final class Training {
  private static final int BATCH = 64;
  private static final double RATE = 2e-3;

  private final Network network;
  private final Adam adam;
  private final Random random;

  Training(Network network, long seed) {
    this.network = network;
    this.adam = new Adam(network.parameters());
    this.random = new Random(seed);
  }

  /** Goes through the digits {@code epochs} times and prints the mean loss of each. */
  void run(LabelledDigits digits, int epochs) {
    int[] order = new int[digits.count()];
    for (int i = 0; i < order.length; i++) order[i] = i;
    int batches = digits.count() / BATCH;
    for (int epoch = 0; epoch < epochs; epoch++) {
      LabelledDigits.shuffle(order, random);
      double loss = 0;
      for (int i = 0; i < batches; i++) {
        double progress = (epoch * batches + i) / (double) (epochs * batches);
        loss += step(digits, order, i * BATCH, RATE * (1 + StrictMath.cos(Math.PI * progress)) / 2);
      }
      System.out.printf("epoch %d of %d: loss %.4f%n", epoch + 1, epochs, loss / batches);
    }
  }

  private double step(LabelledDigits digits, int[] order, int from, double rate) {
    float[] logits = network.forward(input(digits, order, from, BATCH), BATCH, true);
    float[] gradient = new float[logits.length];
    double loss = 0;
    for (int i = 0; i < BATCH; i++) {
      loss += crossEntropy(logits, gradient, i * Strokes.DIGITS, digits.labels[order[from + i]]);
    }
    network.backward(gradient, BATCH);
    adam.step(rate);
    return loss / BATCH;
  }

  /**
   * {@code −log softmax(logits)[label]}; its gradient by the logits, over the batch, goes to {@code
   * gradient}.
   */
  private static double crossEntropy(float[] logits, float[] gradient, int from, int label) {
    double max = logits[from];
    for (int i = 1; i < Strokes.DIGITS; i++) max = Math.max(max, logits[from + i]);
    double sum = 0;
    for (int i = 0; i < Strokes.DIGITS; i++) sum += StrictMath.exp(logits[from + i] - max);
    for (int i = 0; i < Strokes.DIGITS; i++) {
      double probability = StrictMath.exp(logits[from + i] - max) / sum;
      gradient[from + i] = (float) ((probability - (i == label ? 1 : 0)) / BATCH);
    }
    return StrictMath.log(sum) - (logits[from + label] - max);
  }

  /** Share of the digits that the network names right. */
  static double accuracy(Network network, LabelledDigits digits) {
    int[] order = new int[digits.count()];
    for (int i = 0; i < order.length; i++) order[i] = i;
    int right = 0;
    for (int from = 0; from < order.length; from += BATCH) {
      int batch = Math.min(BATCH, order.length - from);
      float[] logits = network.forward(input(digits, order, from, batch), batch, false);
      for (int i = 0; i < batch; i++) {
        if (largest(logits, i * Strokes.DIGITS) == digits.labels[from + i]) right++;
      }
    }
    return right / (double) order.length;
  }

  private static int largest(float[] logits, int from) {
    int best = 0;
    for (int i = 1; i < Strokes.DIGITS; i++) if (logits[from + i] > logits[from + best]) best = i;
    return best;
  }

  private static float[] input(LabelledDigits digits, int[] order, int from, int batch) {
    int pixels = DigitPainter.SIDE * DigitPainter.SIDE;
    float[] input = new float[batch * pixels];
    for (int i = 0; i < batch * pixels; i++) {
      input[i] = (digits.images[order[from + i / pixels]][i % pixels] & 0xFF) / 255f;
    }
    return input;
  }
}
