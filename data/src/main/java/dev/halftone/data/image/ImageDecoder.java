package dev.halftone.data.image;

import dev.halftone.data.file.DataFiles;
import dev.halftone.graph.MalformedDataException;
import java.awt.Dimension;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Pictures from files by ImageIO, with stored sample values: no colour profile, orientation tag or
 * gamma is applied, alpha is dropped, 16 bits are scaled to 8. The size is checked before anything
 * is decoded.
 */
final class ImageDecoder {
  private static final String[] EXTENSIONS = {"jpg", "jpeg", "png", "bmp", "gif", "tif", "tiff"};
  private static final int LARGEST_FILE = 256 << 20;

  /** Bytes behind the end of a JPEG's data that some cameras write. */
  private static final int MOST_TRAILING = 1 << 16;

  private static final long MOST_PIXELS = 100_000_000;

  private ImageDecoder() {}

  static boolean named(Path path) {
    return DataFiles.hasExtension(path, EXTENSIONS);
  }

  /**
   * The picture in red, green and blue; a gray one has the same value three times.
   *
   * @throws MalformedDataException if it cannot be decoded or has more than 100 million pixels
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  static Pixels decode(Path file) {
    return withReader(file, reader -> rgb(reader.read(0)));
  }

  /** Width and height, from the header alone. */
  static Dimension size(Path file) {
    return withReader(file, reader -> new Dimension(reader.getWidth(0), reader.getHeight(0)));
  }

  private interface Reading<T> {
    T from(ImageReader reader) throws IOException;
  }

  private static <T> T withReader(Path file, Reading<T> reading) {
    byte[] bytes = DataFiles.read(file, LARGEST_FILE);
    if (isCutShort(bytes)) {
      throw new MalformedDataException(
          file, "broken image: the JPEG data end without an end-of-image marker");
    }
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new MalformedDataException(file, "not an image of a known format");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        checkSize(file, reader.getWidth(0), reader.getHeight(0));
        return reading.from(reader);
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException e) {
      // Decoders answer broken files with exceptions of many kinds.
      if (e instanceof MalformedDataException known) throw known;
      throw new MalformedDataException(file, "broken image: " + e);
    }
  }

  /**
   * Whether a JPEG file lacks the marker FF D9 that ends it (ITU-T T.81, B.1.1.3): decoders fill
   * what is missing with gray and say nothing.
   */
  private static boolean isCutShort(byte[] bytes) {
    boolean jpeg = bytes.length > 2 && bytes[0] == (byte) 0xFF && bytes[1] == (byte) 0xD8;
    if (!jpeg) return false;
    for (int i = bytes.length - 2; i >= Math.max(2, bytes.length - MOST_TRAILING); i--) {
      if (bytes[i] == (byte) 0xFF && bytes[i + 1] == (byte) 0xD9) return false;
    }
    return true;
  }

  private static void checkSize(Path file, long width, long height) {
    if (width <= 0 || height <= 0 || width * height > MOST_PIXELS) {
      throw new MalformedDataException(
          file, "%d x %d pixels, expected 1 to %d".formatted(width, height, MOST_PIXELS));
    }
  }

  private static Pixels rgb(BufferedImage image) {
    if (image.getColorModel() instanceof IndexColorModel) return fromPalette(image);
    int width = image.getWidth();
    int height = image.getHeight();
    Raster raster = image.getRaster();
    int bands = raster.getNumBands();
    boolean gray = bands < 3;
    long full = (1L << raster.getSampleModel().getSampleSize(0)) - 1;
    byte[] values = new byte[width * height * 3];
    int[] line = new int[width * bands];
    for (int y = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, line);
      for (int x = 0; x < width; x++) {
        for (int channel = 0; channel < 3; channel++) {
          int sample = line[x * bands + (gray ? 0 : channel)];
          values[(y * width + x) * 3 + channel] =
              (byte) (full == 255 ? sample : scaled(sample, full));
        }
      }
    }
    return new Pixels(width, height, values);
  }

  private static long scaled(int sample, long full) {
    return (sample * 255L + full / 2) / full;
  }

  private static Pixels fromPalette(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    int[] colors = image.getRGB(0, 0, width, height, null, 0, width);
    byte[] values = new byte[width * height * 3];
    for (int i = 0; i < colors.length; i++) {
      values[3 * i] = (byte) (colors[i] >> 16);
      values[3 * i + 1] = (byte) (colors[i] >> 8);
      values[3 * i + 2] = (byte) colors[i];
    }
    return new Pixels(width, height, values);
  }
}
