package dev.halftone.data.image;

import dev.halftone.data.source.Column;
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

  /** Where photo {@code row} comes to lie in the model's input; reads the header of the file. */
  public Placement placement(int row) {
    Dimension photo = ImageDecoder.size(files.get(row));
    return preprocessing.resize().place(photo.width, photo.height);
  }
}
