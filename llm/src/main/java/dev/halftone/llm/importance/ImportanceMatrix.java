package dev.halftone.llm.importance;

import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.tensor.MappedFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Importance weights of a model, in one of two forms, told apart by the first bytes: GGUF, with
 * tensors {@code NAME.in_sum2} and {@code NAME.counts}, or the older one:
 *
 * <pre>
 * entries i32, each: length of name i32, name, calls i32, values i32, so many f32
 * then perhaps: chunks i32, and perhaps: length i32, name of the data set
 * </pre>
 *
 * <p>The values stay in the mapped file until they are asked for. Thread-safe.
 */
public final class ImportanceMatrix {
  /** The first four bytes of a GGUF file. */
  private static final int GGUF =
      'G' | 'G' << Byte.SIZE | 'U' << 2 * Byte.SIZE | 'F' << 3 * Byte.SIZE;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path file;
  private final Origin origin;
  private final Map<String, Entry> entries;

  ImportanceMatrix(Path file, Origin origin, SequencedMap<String, Entry> entries) {
    this.file = file;
    this.origin = origin;
    this.entries = new LinkedHashMap<>(entries);
  }

  /**
   * Reads names and sizes, and sees to it that every value is finite and not negative.
   *
   * @throws MalformedModelException if the file breaks the rules of its form, or is for no tensor:
   *     names the byte or the tensor
   * @throws dev.halftone.graph.UnsupportedModelException if it is GGUF of an unknown version, or
   *     with unknown types
   * @throws java.io.UncheckedIOException if the file is missing or cannot be read
   */
  public static ImportanceMatrix read(Path file) {
    MemorySegment bytes = MappedFile.map(file);
    boolean gguf = bytes.byteSize() >= Integer.BYTES && bytes.get(INT, 0) == GGUF;
    return gguf ? GgufForm.read(file) : OlderForm.read(file, bytes);
  }

  public Origin origin() {
    return origin;
  }

  /** Whether there are weights for a tensor. */
  public boolean has(String tensor) {
    return entries.containsKey(tensor);
  }

  /**
   * Weights for a tensor; empty if there are none. Of token embeddings those of another size count
   * as none: their columns are looked up, not multiplied with.
   *
   * @throws MalformedModelException if there are not as many as the tensor has columns, times its
   *     third dimension
   */
  public Optional<ColumnWeights> of(TensorInfo tensor) {
    Entry entry = entries.get(tensor.name());
    if (entry == null) return Optional.empty();
    int columns = tensor.columns();
    long experts = tensor.dimensions().length > 2 ? tensor.dimensions()[2] : 1;
    if (columns > 0 && entry.values() % columns == 0 && entry.values() / columns == experts)
      return Optional.of(new ColumnWeights(entry, columns));
    return switch (tensor.name()) {
      case "token_embd.weight", "per_layer_token_embd.weight" -> Optional.empty();
      default ->
          throw new MalformedModelException(
              file,
              "tensor \"%s\"".formatted(tensor.name()),
              "%d weights, expected %d columns × %d".formatted(entry.values(), columns, experts));
    };
  }
}
