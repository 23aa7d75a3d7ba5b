package dev.halftone.bench.digits;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** One picture of many digits, to look at: a row for each digit, black on white. */
final class ContactSheet {
  private static final int COLUMNS = 16;

  private ContactSheet() {}

  static void write(LabelledDigits digits, Path file) throws IOException {
    int side = DigitPainter.SIDE;
    BufferedImage sheet =
        new BufferedImage(COLUMNS * side, Strokes.DIGITS * side, BufferedImage.TYPE_BYTE_GRAY);
    int[] placed = new int[Strokes.DIGITS];
    for (int i = 0; i < digits.count(); i++) {
      int row = digits.labels[i];
      int column = placed[row]++;
      if (column >= COLUMNS) continue;
      for (int pixel = 0; pixel < side * side; pixel++) {
        int gray = 255 - (digits.images[i][pixel] & 0xFF);
        sheet
            .getRaster()
            .setSample(column * side + pixel % side, row * side + pixel / side, 0, gray);
      }
    }
    ImageIO.write(sheet, "png", file.toFile());
  }
}
