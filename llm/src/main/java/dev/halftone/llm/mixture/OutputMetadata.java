package dev.halftone.llm.mixture;

import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.ValueType;
import dev.halftone.llm.importance.Origin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/** Metadata of files that are written. */
public final class OutputMetadata {
  /** Of the block types, as ggml counts versions of them. */
  private static final long QUANTIZATION_VERSION = 2;

  private static final String FILE_TYPE = "general.file_type";
  private static final String PART = "split.no";
  private static final String PARTS = "split.count";
  private static final String TENSORS = "split.tensors.count";

  private OutputMetadata() {}

  /**
   * The metadata of the source in its order, without keys that tell parts of a model apart, and
   * behind them {@code general.quantization_version}, {@code general.file_type} (of a copy: as it
   * is, if it is there) and, where importance weights were used, {@code quantize.imatrix.*}, which
   * tell whence they come. Keys that were there move to the end.
   */
  public static SequencedMap<String, MetadataValue> of(
      SequencedMap<String, MetadataValue> source, Mixture mixture, Optional<Origin> importance) {
    SequencedMap<String, MetadataValue> metadata = new LinkedHashMap<>(source);
    metadata.keySet().removeAll(List.of(PART, PARTS, TENSORS));
    metadata.putLast("general.quantization_version", number(QUANTIZATION_VERSION));
    if (mixture != Mixture.COPY) metadata.putLast(FILE_TYPE, number(mixture.fileType()));
    else if (source.containsKey(FILE_TYPE)) metadata.putLast(FILE_TYPE, metadata.get(FILE_TYPE));
    importance.ifPresent(origin -> add(metadata, origin));
    return metadata;
  }

  private static void add(SequencedMap<String, MetadataValue> metadata, Origin origin) {
    metadata.putLast("quantize.imatrix.file", MetadataValue.of(origin.file()));
    if (!origin.datasets().isEmpty())
      metadata.putLast("quantize.imatrix.dataset", MetadataValue.of(origin.datasets().getFirst()));
    metadata.putLast("quantize.imatrix.entries_count", number(origin.entries()));
    if (origin.chunks() > 0)
      metadata.putLast("quantize.imatrix.chunks_count", number(origin.chunks()));
  }

  /**
   * The metadata of one part of a model that stays in parts: the first has that of the whole.
   *
   * @param whole what {@link #of} gives
   * @param part from 0
   * @param parts of the model; if it is one, nothing is added
   * @param tensors of the whole model
   * @throws IllegalArgumentException if numbers do not fit the format
   */
  public static SequencedMap<String, MetadataValue> ofPart(
      SequencedMap<String, MetadataValue> whole, int part, int parts, int tensors) {
    SequencedMap<String, MetadataValue> metadata =
        part == 0 ? new LinkedHashMap<>(whole) : new LinkedHashMap<>();
    if (parts == 1) return metadata;
    metadata.putLast(PART, MetadataValue.of(ValueType.UINT16, part));
    metadata.putLast(PARTS, MetadataValue.of(ValueType.UINT16, parts));
    metadata.putLast(TENSORS, MetadataValue.of(ValueType.INT32, tensors));
    return metadata;
  }

  private static MetadataValue number(long value) {
    return MetadataValue.of(ValueType.UINT32, value);
  }
}
