package dev.halftone.onnx;

import dev.halftone.onnx.wire.TensorProto;
import dev.halftone.tensor.PendingFile;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Files that hold one tensor each ({@code .pb}), as in ONNX test data. */
public final class OnnxTensors {
  private OnnxTensors() {}

  /**
   * A tensor with the name in its file.
   *
   * @param name empty when the file gives none
   */
  public record Named(String name, Tensor tensor) {}

  /**
   * The tensor in the file; its bytes stay there until they are used.
   *
   * @throws dev.halftone.graph.MalformedModelException if the file is not a sound tensor
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static Tensor read(Path file) {
    return readNamed(file).tensor();
  }

  /** The tensor as {@link #read} gives it, with its name. */
  public static Named readNamed(Path file) {
    MemorySegment bytes = OnnxReader.map(file);
    TensorProto proto =
        OnnxReader.parse(file, Skeleton.ofTensor(file, bytes), TensorProto.parser());
    return new Named(proto.getName(), new TensorDecoder(file, bytes).decode(proto, "tensor"));
  }

  /**
   * Writes the tensor to a file of its own, whole or not at all.
   *
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public static void write(Named named, Path file) {
    TensorProto name = TensorProto.newBuilder().setName(named.name()).build();
    try (PendingFile pending = PendingFile.of(file)) {
      pending.write(TensorEncoder.encode(name, named.tensor(), null).segments());
      pending.moveIntoPlace();
    } catch (IOException e) {
      throw PendingFile.notWritten(file, e);
    }
  }
}
