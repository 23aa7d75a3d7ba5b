package dev.halftone.data.onnx;

import dev.halftone.data.source.Column;
import dev.halftone.onnx.OnnxTensors;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;

/** A tensor file for each sample, read when asked for. */
record TensorFiles(List<Path> files) implements Column {
  TensorFiles {
    files = List.copyOf(files);
  }

  @Override
  public int size() {
    return files.size();
  }

  @Override
  public Tensor get(int row) {
    return OnnxTensors.read(files.get(row));
  }
}
