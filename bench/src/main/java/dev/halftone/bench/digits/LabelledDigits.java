package dev.halftone.bench.digits;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** Painted digits and what they are. */
final class LabelledDigits {
  /** Gray values of each image, {@link DigitPainter#SIDE} squared. */
  final byte[][] images;

  /** 0 to 9. */
  final int[] labels;

  private LabelledDigits(byte[][] images, int[] labels) {
    this.images = images;
    this.labels = labels;
  }

  /** Paints {@code count} digits, each drawn equally often but in random order. */
  static LabelledDigits paint(int count, long seed) {
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) labels[i] = i % Strokes.DIGITS;
    shuffle(labels, new Random(seed));
    DigitPainter painter = new DigitPainter(seed);
    byte[][] images = new byte[count][];
    for (int i = 0; i < count; i++) images[i] = painter.paint(labels[i]);
    return new LabelledDigits(images, labels);
  }

  static void shuffle(int[] values, Random random) {
    for (int i = values.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = values[i];
      values[i] = values[other];
      values[other] = kept;
    }
  }

  int count() {
    return labels.length;
  }

  /** Writes the images and the labels in the IDX format (the one of MNIST), packed by gzip. */
  void write(Path imageFile, Path labelFile) throws IOException {
    try (DataOutputStream out = open(imageFile)) {
      out.writeInt(0x0803); // unsigned bytes, three axes
      out.writeInt(count());
      out.writeInt(DigitPainter.SIDE);
      out.writeInt(DigitPainter.SIDE);
      for (byte[] image : images) out.write(image);
    }
    try (DataOutputStream out = open(labelFile)) {
      out.writeInt(0x0801); // unsigned bytes, one axis
      out.writeInt(count());
      for (int label : labels) out.writeByte(label);
    }
  }

  private static DataOutputStream open(Path file) throws IOException {
    OutputStream raw = Files.newOutputStream(file);
    return new DataOutputStream(new GZIPOutputStream(raw, 1 << 16));
  }
}
