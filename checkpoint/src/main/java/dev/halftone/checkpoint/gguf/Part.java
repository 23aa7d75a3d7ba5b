package dev.halftone.checkpoint.gguf;

import dev.halftone.tensor.StoredBytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;

/** One file, which may be a part of a model. */
record Part(Path path, SequencedMap<String, MetadataValue> metadata, List<GgufTensor> tensors) {
  static Part read(Path path) {
    StoredBytes file = StoredBytes.ofFile(path);
    try {
      return of(path, file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /**
   * @param file all bytes of it
   */
  static Part of(Path path, StoredBytes file) {
    Header header = Header.read(path, file.view());
    long start = Math.min(header.start(), file.size());
    StoredBytes data = file.slice(start, file.size() - start);
    checkRanges(path, header.entries(), data.size());
    List<GgufTensor> tensors = new ArrayList<>();
    for (Entry entry : header.entries()) tensors.add(entry.tensor(path, data, header.order()));
    return new Part(path, header.metadata(), tensors);
  }

  private static void checkRanges(Path path, List<Entry> entries, long available) {
    // In the order of the header first, so that comparing offsets is safe afterwards.
    for (Entry entry : entries) entry.end(path, available);
    long end = 0;
    for (Entry entry : entries.stream().sorted(Entry.BY_OFFSET).toList()) {
      if (entry.offset() < end && entry.info().byteSize() > 0)
        throw entry.malformed(
            path,
            "starts at offset %d, where another tensor reaches to %d"
                .formatted(entry.offset(), end));
      end = Math.max(end, entry.end(path, available));
    }
  }
}
