package dev.halftone.llm.importance;

import dev.halftone.checkpoint.gguf.Gguf;
import dev.halftone.checkpoint.gguf.GgufTensor;
import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.TensorType.Plain;
import dev.halftone.checkpoint.gguf.ValueType;
import dev.halftone.graph.MalformedModelException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** Reads importance weights from GGUF. */
final class GgufForm {
  private static final String SUMS = ".in_sum2";
  private static final String COUNTS = ".counts";
  private static final String DATASETS = "imatrix.datasets";
  private static final String CHUNKS = "imatrix.chunk_count";
  private static final String CHUNK_SIZE = "imatrix.chunk_size";

  /** More experts than any model has. */
  private static final long MOST_COUNTS = 1 << 16;

  private final Path file;
  private final Gguf gguf;

  private GgufForm(Path file, Gguf gguf) {
    this.file = file;
    this.gguf = gguf;
  }

  static ImportanceMatrix read(Path file) {
    GgufForm form = new GgufForm(file, Gguf.read(file));
    List<String> datasets = form.datasets();
    long chunks = form.number(CHUNKS);
    long unused = form.number(CHUNK_SIZE);
    SequencedMap<String, Entry> entries = form.entries();
    return ImportanceMatrix.of(file, ImportanceMatrix.Unit.TOKENS, datasets, chunks, entries);
  }

  private SequencedMap<String, Entry> entries() {
    SequencedMap<String, Entry> entries = new LinkedHashMap<>();
    for (GgufTensor tensor : gguf.tensors().values()) {
      String name = tensor.name();
      if (name.endsWith(SUMS)) {
        String of = name.substring(0, name.length() - SUMS.length());
        entries.put(of, entry(of, tensor, gguf.tensors().get(of + COUNTS)));
      } else if (name.endsWith(COUNTS)) {
        String of = name.substring(0, name.length() - COUNTS.length());
        if (!gguf.tensors().containsKey(of + SUMS)) throw malformed(of, "counts without sums");
      }
    }
    if (entries.isEmpty())
      throw new MalformedModelException(file, "no tensor NAME%s, so no weights".formatted(SUMS));
    return entries;
  }

  private Entry entry(String name, GgufTensor sums, @Nullable GgufTensor counts) {
    if (counts == null) throw malformed(name, "sums without counts");
    if (sums.type() != Plain.F32 || counts.type() != Plain.F32)
      throw malformed(
          name, "sums are %s, counts %s, expected F32".formatted(sums.type(), counts.type()));
    if (counts.data().byteSize() > MOST_COUNTS * Float.BYTES)
      throw malformed(name, "more than %d counts".formatted(MOST_COUNTS));
    var layout = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(counts.order());
    try {
      return new Entry(sums.data(), sums.order(), counts.data().toArray(layout));
    } catch (IllegalArgumentException e) {
      throw malformed(name, String.valueOf(e.getMessage()));
    }
  }

  private List<String> datasets() {
    MetadataValue value = value(DATASETS);
    if (value.type() != ValueType.ARRAY || value.elementType() != ValueType.STRING)
      throw new MalformedModelException(file, DATASETS, "expected an array of strings");
    return value.elements().stream().map(MetadataValue::asText).toList();
  }

  private long number(String key) {
    MetadataValue value = value(key);
    if (value.type() != ValueType.UINT32)
      throw new MalformedModelException(
          file, key, "found %s, expected UINT32".formatted(value.type()));
    return value.asLong();
  }

  private MetadataValue value(String key) {
    MetadataValue value = gguf.metadata().get(key);
    if (value == null)
      throw new MalformedModelException(file, "no key %s, so no importance weights".formatted(key));
    return value;
  }

  private MalformedModelException malformed(String name, String problem) {
    return new MalformedModelException(file, "tensor \"%s\"".formatted(name), problem);
  }
}
