package dev.halftone.kernels;

/** What {@link ScaleFits#affine} finds for each of many blocks; room that can be used again. */
public final class AffineScales {
  final float[] scales;
  final float[] minima;

  /** What the winner rounded with: {@code code = clamp(nearest(inverse * (x - low)))}. */
  final float[] inverses;

  final float[] lows;

  /** Room for {@code count} blocks. */
  public AffineScales(int count) {
    scales = new float[count];
    minima = new float[count];
    inverses = new float[count];
    lows = new float[count];
  }

  /** The scales, by block; not a copy. */
  public float[] scales() {
    return scales;
  }

  /** What is taken away from {@code scale * code}, by block; not a copy. */
  public float[] minima() {
    return minima;
  }

  void set(int block, float scale, float minimum, float inverse, float low) {
    scales[block] = scale;
    minima[block] = minimum;
    inverses[block] = inverse;
    lows[block] = low;
  }
}
