package dev.halftone.llm.stream;

import dev.halftone.checkpoint.gguf.Layout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A checkpoint to write.
 *
 * @param files of the result: one, or the parts of a split model
 * @param inputs files that it is made from; the first names the model in errors
 * @param maker program and version, since another one may write other bytes
 */
public record CheckpointJob(List<FileJob> files, List<Path> inputs, String maker) {
  public CheckpointJob {
    files = List.copyOf(files);
    inputs = List.copyOf(inputs);
    if (files.isEmpty() || inputs.isEmpty())
      throw new IllegalArgumentException("no file to write, or none to read");
  }

  /** Bytes of all files of the result. */
  public long bytes() {
    return files.stream().map(FileJob::layout).mapToLong(Layout::size).sum();
  }

  List<Layout> layouts() {
    return files.stream().map(FileJob::layout).toList();
  }

  /**
   * What tells this work from any other: inputs by place, size and time of change, choices by what
   * they make of the result.
   *
   * @throws UncheckedIOException if an input is gone
   */
  String key(List<Layout> layouts) {
    MessageDigest digest = digest();
    add(digest, maker);
    for (Path input : inputs) {
      try {
        add(digest, input.toAbsolutePath().toString());
        add(digest, Files.size(input) + " " + Files.getLastModifiedTime(input));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    for (int i = 0; i < files.size(); i++) {
      add(digest, String.valueOf(files.get(i).file().getFileName()));
      for (MemorySegment piece : layouts.get(i).header()) digest.update(piece.asByteBuffer());
      for (TensorJob tensor : files.get(i).tensors()) addImportance(digest, tensor);
    }
    return "halftone 1 " + HexFormat.of().formatHex(digest.digest());
  }

  private static void addImportance(MessageDigest digest, TensorJob tensor) {
    add(digest, tensor.source().info().toString());
    if (tensor.importance().isEmpty()) return;
    for (long matrix = 0; matrix < tensor.matrices(); matrix++) {
      float[] columns = tensor.importance().get().of(matrix);
      byte[] bytes = new byte[Math.multiplyExact(columns.length, Float.BYTES)];
      MemorySegment.copy(
          MemorySegment.ofArray(columns), ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
      digest.update(bytes);
    }
  }

  private static void add(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
