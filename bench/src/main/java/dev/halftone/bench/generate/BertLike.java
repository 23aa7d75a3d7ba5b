package dev.halftone.bench.generate;

import dev.halftone.graph.Dimension;
import dev.halftone.graph.TensorType;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * {@code BertLike FOLDER [SAMPLES]} writes {@code bert.onnx} and {@code samples.npz}: a text
 * encoder of the size of BERT base (12 layers, width 768, 12 heads, feed-forward 3,072, sequences
 * of 128) with random weights, 365 MB. Inputs {@code input_ids} and {@code attention_mask} [N,
 * 128]; output {@code logits} [N, 2] from the first token.
 */
public final class BertLike {
  static final int SEQUENCE = 128;
  private static final int VOCABULARY = 7_936; // brings the file to 365 MB
  private static final int LAYERS = 12;
  private static final int CLASSES = 2;

  private BertLike() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    int samples = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 16;
    writeModel(folder.resolve("bert.onnx"), VOCABULARY, LAYERS);
    writeSamples(folder.resolve("samples.npz"), samples, VOCABULARY);
  }

  static void writeModel(Path file, int vocabulary, int layers) throws IOException {
    ModelBuilder model = new ModelBuilder();
    try (WeightFile weights = new WeightFile(file, 1)) {
      String ids = model.input("input_ids", sequences());
      String mask = model.input("attention_mask", sequences());
      EncoderLayers encoder = new EncoderLayers(model, weights, mask);
      String hidden = encoder.embed(ids, vocabulary, SEQUENCE);
      for (int layer = 0; layer < layers; layer++) hidden = encoder.layer(hidden, "layer" + layer);
      String first = model.constant("first", Tensor.ofLongs(new long[] {0}));
      encoder.linear(
          model.node(
              "Gather", "pick", List.of(hidden, first), Map.of("axis", EncoderLayers.number(1))),
          "classifier",
          EncoderLayers.WIDTH,
          CLASSES);
      model.output(
          "logits",
          new TensorType(
              DType.FLOAT32, List.of(new Dimension.Symbolic("N"), new Dimension.Fixed(CLASSES))));
      OnnxWriter.write(model.build("bert-like"), file, ExternalData.WHEN_NEEDED);
    }
  }

  private static TensorType sequences() {
    return new TensorType(
        DType.INT64, List.of(new Dimension.Symbolic("N"), new Dimension.Fixed(SEQUENCE)));
  }

  /** Random tokens, and masks of random length. */
  static void writeSamples(Path file, int samples, int vocabulary) throws IOException {
    SplittableRandom random = new SplittableRandom(2);
    long[] ids = random.longs((long) samples * SEQUENCE, 1, vocabulary).toArray();
    long[] mask = new long[ids.length];
    for (int sample = 0; sample < samples; sample++) {
      int from = sample * SEQUENCE;
      int length = random.nextInt(SEQUENCE / 4, SEQUENCE + 1);
      Arrays.fill(mask, from, from + length, 1);
      Arrays.fill(ids, from + length, from + SEQUENCE, 0);
    }
    Npz.write(
        file,
        new TreeMap<>(
            Map.of(
                "input_ids", Tensor.ofLongs(ids, samples, SEQUENCE),
                "attention_mask", Tensor.ofLongs(mask, samples, SEQUENCE))));
  }
}
