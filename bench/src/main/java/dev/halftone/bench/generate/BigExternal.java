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
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * {@code BigExternal FOLDER} writes {@code big.onnx}, {@code big.onnx.data} and {@code
 * samples.npz}: five blocks of MatMul, Relu, MatMul and a sum with the block's input, 4,096 and
 * 15,360 wide, with random weights of 2.5 GB in the file beside it. A heap of 128 MB is enough.
 */
public final class BigExternal {
  private static final int WIDTH = 4_096;
  private static final int INNER = 15_360;
  private static final int BLOCKS = 5;
  private static final int SAMPLES = 4;

  private BigExternal() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    writeModel(folder.resolve("big.onnx"), WIDTH, INNER);
    float[] values = new float[SAMPLES * WIDTH];
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
    Npz.write(
        folder.resolve("samples.npz"),
        new TreeMap<>(Map.of("input", Tensor.ofFloats(values, SAMPLES, WIDTH))));
  }

  static void writeModel(Path file, int width, int inner) throws IOException {
    ModelBuilder model = new ModelBuilder();
    TensorType rows =
        new TensorType(
            DType.FLOAT32, List.of(new Dimension.Symbolic("N"), new Dimension.Fixed(width)));
    try (WeightFile weights = new WeightFile(file, 1)) {
      String value = model.input("input", rows);
      for (int block = 0; block < BLOCKS; block++) {
        String name = "block" + block;
        // He et al. 2015, equation 10: keeps the size of the values from block to block
        String up =
            model.constant(
                name + ".up.weight", weights.gaussian(Math.sqrt(2.0 / width), width, inner));
        String down =
            model.constant(
                name + ".down.weight", weights.gaussian(Math.sqrt(1.0 / inner), inner, width));
        String relu =
            model.node("Relu", name + ".relu", model.node("MatMul", name + ".up", value, up));
        value =
            model.node(
                "Add", name + ".add", model.node("MatMul", name + ".down", relu, down), value);
      }
      model.output("output", rows);
      OnnxWriter.write(model.build("big-external"), file, ExternalData.ALWAYS);
    }
  }
}
