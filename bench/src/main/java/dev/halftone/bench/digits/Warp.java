package dev.halftone.bench.digits;

import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.geom.PathIterator;
import java.util.Random;

/**
 * A random smooth distortion of the plane: an affine map from the unit box into the image, then an
 * elastic one that adds slow sine waves to both coordinates (as a pen on uneven ground).
 */
final class Warp {
  private static final int WAVES = 3;
  private static final double FLATNESS = 0.002; // of the unit box: far below a pixel

  private final AffineTransform affine = new AffineTransform();
  private final double[][] waves = new double[2 * WAVES][4];

  /** Draws a distortion for an image of {@code size} by {@code size} pixels. */
  Warp(Random random, double size) {
    double height = size * between(random, 0.50, 0.78);
    double width = height * between(random, 0.45, 0.95);
    affine.translate(
        size * (0.5 + 0.05 * random.nextGaussian()), size * (0.5 + 0.05 * random.nextGaussian()));
    affine.rotate(0.2 * random.nextGaussian());
    affine.shear(-0.05 + 0.25 * random.nextGaussian(), 0);
    affine.scale(width, height);
    affine.translate(-0.5, -0.5);
    for (double[] wave : waves) {
      wave[0] = size * 0.02 * random.nextGaussian(); // amplitude
      wave[1] =
          between(random, -1, 1)
              * 2
              * Math.PI
              * 1.5
              / size; // waves to the right, at most 1.5 in the image
      wave[2] = between(random, -1, 1) * 2 * Math.PI * 1.5 / size; // waves down
      wave[3] = between(random, 0, 2 * Math.PI); // phase
    }
  }

  static double between(Random random, double from, double to) {
    return from + (to - from) * random.nextDouble();
  }

  /** The path as short straight pieces, distorted. */
  Path2D apply(Path2D path) {
    Path2D warped = new Path2D.Double();
    double[] at = new double[6];
    for (PathIterator piece = path.getPathIterator(null, FLATNESS); !piece.isDone(); piece.next()) {
      boolean moves = piece.currentSegment(at) == PathIterator.SEG_MOVETO;
      affine.transform(at, 0, at, 0, 1);
      double x = at[0] + elastic(0, at[0], at[1]);
      double y = at[1] + elastic(WAVES, at[0], at[1]);
      if (moves) warped.moveTo(x, y);
      else warped.lineTo(x, y);
    }
    return warped;
  }

  private double elastic(int first, double x, double y) {
    double sum = 0;
    for (int i = first; i < first + WAVES; i++) {
      double[] wave = waves[i];
      sum += wave[0] * StrictMath.sin(wave[1] * x + wave[2] * y + wave[3]);
    }
    return sum;
  }
}
