package dev.halftone.bench.digits;

import dev.halftone.onnx.OnnxWriter;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Makes everything under {@code examples/digits}: {@code MakeDigits FOLDER}. Takes a few minutes;
 * always gives the same files.
 */
public final class MakeDigits {
  private static final int TRAINING = 12_000;
  private static final int EPOCHS = 5;
  static final int SAMPLES = 200;
  static final long SAMPLES_SEED = 2;
  private static final int TEST = 1_000;

  private MakeDigits() {}

  public static void main(String[] arguments) throws IOException {
    System.setProperty("java.awt.headless", "true");
    Path folder = Path.of(arguments[0]);
    Files.createDirectories(folder);
    LabelledDigits samples = LabelledDigits.paint(SAMPLES, SAMPLES_SEED);
    samples.write(folder.resolve("samples.idx.gz"), folder.resolve("samples-labels.idx.gz"));
    LabelledDigits test = LabelledDigits.paint(TEST, 3);
    test.write(folder.resolve("test.idx.gz"), folder.resolve("test-labels.idx.gz"));
    ContactSheet.write(samples, folder.resolve("digits.png"));
    Network network = new Network(new Random(4));
    new Training(network, 5).run(LabelledDigits.paint(TRAINING, 1), EPOCHS);
    OnnxWriter.write(
        DigitsModel.of(network), folder.resolve("digits.onnx"), ExternalData.WHEN_NEEDED);
    System.out.printf(
        "accuracy on the test digits: %.2f %%%n", 100 * Training.accuracy(network, test));
  }
}
