package dev.halftone.checkpoint.gguf;

import dev.halftone.tensor.PendingFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;

/** Writes files of version 3, little-endian: the same content always gives the same bytes. */
public final class GgufWriter {
  /** What is turned round at a time, some blocks less. */
  private static final int CHUNK_BYTES = 1 << 20;

  private GgufWriter() {}

  /**
   * Writes metadata and tensors in the order given, aligned as the metadata says. Tensors are
   * streamed from where they lie; the file appears whole or not at all, and may be one that they
   * were read from. A little-endian file of version 3 that was read comes back byte for byte if its
   * tensors lie one after the other, padded with zeros, as ggml writes them.
   *
   * @throws IllegalArgumentException if two tensors share a name, or the alignment is no power of
   *     two as UINT32
   * @throws UncheckedIOException if it cannot be written
   */
  public static void write(
      Path file, SequencedMap<String, MetadataValue> metadata, List<GgufTensor> tensors) {
    Layout layout = Layout.of(metadata, tensors.stream().map(GgufTensor::info).toList());
    try (PendingFile pending = PendingFile.of(file)) {
      List<MemorySegment> pieces = new ArrayList<>(layout.header());
      for (int i = 0; i < tensors.size(); i++) {
        GgufTensor tensor = tensors.get(i);
        if (tensor.order() == ByteOrder.LITTLE_ENDIAN) {
          pieces.add(tensor.data());
        } else {
          pending.write(pieces);
          pieces.clear();
          writeTurned(pending, tensor);
        }
        long end = layout.position(i) + tensor.data().byteSize();
        pieces.addAll(Layout.padding(layout.end(i) - end));
      }
      pending.write(pieces);
      pending.moveIntoPlace();
    } catch (IOException e) {
      throw PendingFile.notWritten(file, e);
    }
  }

  /** Writes what was read, as one file. */
  public static void write(Path file, Gguf gguf) {
    write(file, gguf.metadata(), List.copyOf(gguf.tensors().values()));
  }

  private static void writeTurned(PendingFile pending, GgufTensor tensor) throws IOException {
    int width = tensor.type().blockBytes();
    long blocks = tensor.data().byteSize() / width;
    byte[] chunk = new byte[CHUNK_BYTES];
    for (long from = 0; from < blocks; from += CHUNK_BYTES / width) {
      int count = (int) Math.min(CHUNK_BYTES / width, blocks - from);
      tensor.copyBlocks(from, count, chunk, 0);
      pending.write(List.of(MemorySegment.ofArray(chunk).asSlice(0, (long) count * width)));
    }
  }
}
