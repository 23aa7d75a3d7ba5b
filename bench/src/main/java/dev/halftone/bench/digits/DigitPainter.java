package dev.halftone.bench.digits;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.Random;

/** Paints one handwritten-style digit: white on black, 28 by 28 pixels, 16 levels of gray. */
final class DigitPainter {
  static final int SIDE = 28;

  private static final int FINE = 4; // painted four times as large, then averaged
  private static final int LEVEL = 17; // 255 / 15: few levels keep the packed files small

  private final Random random;

  DigitPainter(long seed) {
    random = new Random(seed);
  }

  /** Gray values in rows from the top, 0 to 255. */
  byte[] paint(int digit) {
    Warp warp = new Warp(random, SIDE * FINE);
    int way = random.nextInt(Strokes.ways(digit));
    var path = warp.apply(Strokes.path(digit, way, x -> x + 0.06 * random.nextGaussian()));
    BufferedImage image = new BufferedImage(SIDE * FINE, SIDE * FINE, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D pen = image.createGraphics();
    pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    pen.setColor(Color.WHITE);
    float width = (float) Warp.between(random, 1.2, 3.8) * FINE;
    pen.setStroke(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    pen.draw(path);
    pen.dispose();
    return scan(blur(shrink(((DataBufferByte) image.getRaster().getDataBuffer()).getData())));
  }

  private static float[] shrink(byte[] fine) {
    float[] out = new float[SIDE * SIDE];
    for (int y = 0; y < SIDE * FINE; y++) {
      for (int x = 0; x < SIDE * FINE; x++) {
        out[y / FINE * SIDE + x / FINE] +=
            (fine[y * SIDE * FINE + x] & 0xFF) / (float) (FINE * FINE);
      }
    }
    return out;
  }

  /** Mixes each pixel with its neighbours, by a random share: a lens out of focus. */
  private float[] blur(float[] sharp) {
    float share = (float) Warp.between(random, 0, 0.22);
    float[] across = mix(sharp, 1, share);
    return mix(across, SIDE, share);
  }

  private static float[] mix(float[] in, int step, float share) {
    float[] out = new float[in.length];
    for (int i = 0; i < in.length; i++) {
      float before = i >= step ? in[i - step] : 0;
      float after = i + step < in.length ? in[i + step] : 0;
      out[i] = (1 - 2 * share) * in[i] + share * (before + after);
    }
    return out;
  }

  /** Random contrast and noise, as of a poor scanner. */
  private byte[] scan(float[] light) {
    float contrast = (float) Warp.between(random, 0.45, 1.0);
    float noise = (float) Warp.between(random, 0, 32);
    byte[] out = new byte[light.length];
    for (int i = 0; i < out.length; i++) {
      double value = contrast * light[i] + noise * random.nextGaussian();
      long level = Math.clamp(Math.round(value / LEVEL), 0, 15);
      out[i] = (byte) (level * LEVEL);
    }
    return out;
  }
}
