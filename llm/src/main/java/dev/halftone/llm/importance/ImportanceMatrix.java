package dev.halftone.llm.importance;

import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.tensor.MappedFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

  /** What counts of a file are of. */
  enum Unit {
    TOKENS,
    CALLS
  }

  private final Unit unit;
  private final Origin origin;
  private final Map<String, List<Entry>> entries;

  /**
   * @param entries of each tensor, one of each file
   */
  private ImportanceMatrix(Unit unit, Origin origin, Map<String, List<Entry>> entries) {
    this.unit = unit;
    this.origin = origin;
    this.entries = entries;
  }

  static ImportanceMatrix of(
      Path file, Unit unit, List<String> datasets, long chunks, Map<String, Entry> entries) {
    Map<String, List<Entry>> alone = new LinkedHashMap<>();
    entries.forEach((name, entry) -> alone.put(name, List.of(entry)));
    return new ImportanceMatrix(
        unit, new Origin(file.toString(), datasets, entries.size(), chunks), alone);
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

  /**
   * Weights measured in parts: sums are added, and counts, so a mean counts for as much as was
   * measured.
   *
   * @throws IllegalArgumentException if there are no parts
   * @throws MalformedModelException if parts have different numbers of values for a tensor, or are
   *     of different forms, whose counts are not of the same
   */
  public static ImportanceMatrix merge(List<ImportanceMatrix> parts) {
    if (parts.isEmpty()) throw new IllegalArgumentException("no importance weights to merge");
    ImportanceMatrix first = parts.getFirst();
    Map<String, List<Entry>> entries = new LinkedHashMap<>();
    for (ImportanceMatrix part : parts) {
      if (part.unit != first.unit)
        throw new MalformedModelException(
            part.origin.file(), "another form than " + first.origin.file());
      part.entries.forEach((name, added) -> entries.merge(name, added, part::appended));
    }
    return new ImportanceMatrix(first.unit, origin(parts, entries.size()), entries);
  }

  private List<Entry> appended(List<Entry> known, List<Entry> added) {
    long expected = known.getFirst().values();
    long found = added.getFirst().values();
    if (found != expected)
      throw new MalformedModelException(
          origin.file(), "%d weights of a tensor, others have %d".formatted(found, expected));
    return Stream.concat(known.stream(), added.stream()).toList();
  }

  private static Origin origin(List<ImportanceMatrix> parts, int entries) {
    List<Origin> origins = parts.stream().map(ImportanceMatrix::origin).toList();
    return new Origin(
        origins.stream().map(Origin::file).collect(Collectors.joining(", ")),
        origins.stream().flatMap(origin -> origin.datasets().stream()).distinct().toList(),
        entries,
        origins.stream().mapToLong(Origin::chunks).sum());
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
    List<Entry> measured = entries.get(tensor.name());
    if (measured == null) return Optional.empty();
    long values = measured.getFirst().values();
    int columns = tensor.columns();
    long experts = tensor.dimensions().length > 2 ? tensor.dimensions()[2] : 1;
    if (columns > 0 && values % columns == 0 && values / columns == experts)
      return Optional.of(new ColumnWeights(measured, columns));
    return switch (tensor.name()) {
      case "token_embd.weight", "per_layer_token_embd.weight" -> Optional.empty();
      default ->
          throw new MalformedModelException(
              origin.file(),
              "tensor \"%s\"".formatted(tensor.name()),
              "%d weights, expected %d columns × %d".formatted(values, columns, experts));
    };
  }
}
