package dev.halftone.data.image;

/** How a photo of any size becomes an input of a certain size. */
public sealed interface Resize {
  /** Where a photo of this size comes to lie. */
  Placement place(int photoWidth, int photoHeight);

  /** Scaled so that the shorter side has {@code shortSide} pixels, then cut to the middle. */
  record ShortSide(int shortSide, int cropWidth, int cropHeight) implements Resize {
    @Override
    public Placement place(int photoWidth, int photoHeight) {
      double scale = (double) shortSide / Math.min(photoWidth, photoHeight);
      int width = photoWidth <= photoHeight ? shortSide : size(photoWidth, scale);
      int height = photoHeight <= photoWidth ? shortSide : size(photoHeight, scale);
      return Placement.centered(cropWidth, cropHeight, width, height);
    }
  }

  /** Scaled by as little as covers the size, then cut to the middle. */
  record Cover(int width, int height) implements Resize {
    @Override
    public Placement place(int photoWidth, int photoHeight) {
      double scale = Math.max((double) width / photoWidth, (double) height / photoHeight);
      int scaledWidth = Math.max(width, size(photoWidth, scale));
      int scaledHeight = Math.max(height, size(photoHeight, scale));
      return Placement.centered(width, height, scaledWidth, scaledHeight);
    }
  }

  /** Scaled to the size, proportions given up. */
  record Stretch(int width, int height) implements Resize {
    @Override
    public Placement place(int photoWidth, int photoHeight) {
      return new Placement(width, height, width, height, 0, 0);
    }
  }

  /** Scaled by as much as fits a square, the rest filled. */
  record Letterbox(int side, boolean centered) implements Resize {
    @Override
    public Placement place(int photoWidth, int photoHeight) {
      double scale = (double) side / Math.max(photoWidth, photoHeight);
      int width = photoWidth >= photoHeight ? side : size(photoWidth, scale);
      int height = photoHeight >= photoWidth ? side : size(photoHeight, scale);
      return centered
          ? Placement.centered(side, side, width, height)
          : new Placement(side, side, width, height, 0, 0);
    }
  }

  /** Each side scaled to the nearest multiple, at least one. For models that take any such size. */
  record Multiple(int of) implements Resize {
    @Override
    public Placement place(int photoWidth, int photoHeight) {
      int width = nearest(photoWidth);
      int height = nearest(photoHeight);
      return new Placement(width, height, width, height, 0, 0);
    }

    private int nearest(int side) {
      return Math.max(1, (int) Math.rint((double) side / of)) * of;
    }
  }

  private static int size(int side, double scale) {
    return (int) Math.max(1, Math.rint(side * scale));
  }
}
