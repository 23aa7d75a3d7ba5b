package dev.halftone.data.image;

import dev.halftone.data.source.Column;
import dev.halftone.data.source.Preview;
import dev.halftone.tensor.Tensor;
import java.awt.Dimension;
import java.nio.file.Path;
import java.util.List;

/** Images decoded and preprocessed when they are asked for. Nothing is kept. */
public final class ImageColumn implements Column {
  private final List<Path> files;
  private final Preprocessing preprocessing;

  ImageColumn(List<Path> files, Preprocessing preprocessing) {
    this.files = files;
    this.preprocessing = preprocessing;
  }

  @Override
  public int size() {
    return files.size();
  }

  @Override
  public Tensor get(int row) {
    return preprocessing.apply(ImageDecoder.decode(files.get(row)));
  }

  @Override
  public Preview preview(int row) {
    Pixels photo = ImageDecoder.decode(files.get(row));
    double scale =
        Math.min(1, (double) Preview.MOST_PIXELS / Math.max(photo.width(), photo.height()));
    Pixels small =
        TriangleFilter.resize(
            photo,
            Math.max(1, (int) Math.round(scale * photo.width())),
            Math.max(1, (int) Math.round(scale * photo.height())));
    return new Preview.Picture(small.width(), small.height(), small.values());
  }

  /** Where photo {@code row} comes to lie in the model's input; reads the header of the file. */
  public Placement placement(int row) {
    Dimension photo = ImageDecoder.size(files.get(row));
    return preprocessing.resize().place(photo.width, photo.height);
  }
}
