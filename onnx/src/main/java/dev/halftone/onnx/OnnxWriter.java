package dev.halftone.onnx;

import dev.halftone.graph.Model;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.PendingFile;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.function.Predicate;

/** Writes ONNX files: the same model always gives the same bytes. */
public final class OnnxWriter {
  /** The largest message that protobuf can read. */
  private static final long LARGEST = Integer.MAX_VALUE;

  private OnnxWriter() {}

  /** The file beside a model that its weights go into where they go into a file of their own. */
  public static Path dataFile(Path model) {
    return model.resolveSibling(model.getFileName() + ".data");
  }

  /** Where weights go. */
  public enum ExternalData {
    /** Into a file of their own when the model would pass 2 GB. */
    WHEN_NEEDED,
    /** Always into a file of their own, {@code <model file name>.data} beside the model. */
    ALWAYS
  }

  /**
   * A model as bytes, with its large weights apart.
   *
   * @param weights by name of the initializer, in the order of the graph
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed straight to the runtime, never compared.
  public record Detached(byte[] model, Map<String, Tensor> weights) {}

  /**
   * Writes the model beside its final name and moves it into place; nothing is left behind when it
   * fails, or when the process ends meanwhile. Weights are streamed from where they lie. The files
   * that the model was read from may be written over.
   *
   * <p>In external data go the initializers of 1 KB and more, each at a multiple of 4,096 bytes.
   *
   * @throws UnsupportedModelException if it passes 2 GB even with its initializers in external data
   * @throws UncheckedIOException if it cannot be written
   */
  public static void write(Model model, Path file, ExternalData externalData) {
    Pieces inside = ModelEncoder.encode(model, WeightPlacement.INSIDE);
    try {
      boolean external =
          switch (externalData) {
            case WHEN_NEEDED -> inside.size() > LARGEST;
            case ALWAYS -> true;
          };
      if (external) {
        writeWithData(model, file);
      } else {
        try (PendingFile pending = PendingFile.of(file)) {
          pending.write(inside.segments());
          pending.moveIntoPlace();
        }
      }
    } catch (IOException e) {
      throw PendingFile.notWritten(file, e);
    }
  }

  private static void writeWithData(Model model, Path file) throws IOException {
    Path dataFile = dataFile(file);
    DataFile data = new DataFile(dataFile.getFileName().toString());
    Pieces pieces = ModelEncoder.encode(model, data);
    requireFits(pieces, file);
    try (PendingFile pending = PendingFile.of(file)) {
      pending.write(pieces.segments());
      if (data.segments().isEmpty()) {
        pending.moveIntoPlace();
        return;
      }
      boolean replaces = Files.exists(dataFile);
      try (PendingFile pendingData = PendingFile.of(dataFile)) {
        pendingData.write(data.segments());
        // The data first: a model is never to be seen without its weights.
        pendingData.moveIntoPlace();
      }
      try {
        pending.moveIntoPlace();
      } catch (IOException e) {
        if (!replaces) Files.deleteIfExists(dataFile);
        throw e;
      }
    }
  }

  /**
   * The model as bytes, with top-graph initializers of {@code threshold} bytes or more declared as
   * external data and returned beside it, so that a runtime can be given them where they lie. Stay
   * inside: empty ones, strings, and those of element types that the runtime does not accept.
   *
   * @param accepted element types whose tensors the runtime can be given
   * @throws UnsupportedModelException if what stays inside passes 2 GB
   */
  public static Detached detach(Model model, long threshold, Predicate<DType> accepted) {
    DetachedWeights weights = new DetachedWeights(threshold, accepted);
    Pieces pieces = ModelEncoder.encode(model, weights);
    requireFits(pieces, "model");
    return new Detached(pieces.toArray(), Collections.unmodifiableMap(weights.weights()));
  }

  private static void requireFits(Pieces pieces, Object file) {
    if (pieces.size() > LARGEST - Long.BYTES) {
      throw new UnsupportedModelException(
          file,
          "%d bytes without external weights; protobuf holds less than 2 GB"
              .formatted(pieces.size()));
    }
  }
}
