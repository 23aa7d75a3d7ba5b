package dev.halftone.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file as memory. */
public final class MappedFile {
  private MappedFile() {}

  /**
   * The whole file, read-only, unmapped when nothing refers to it any more.
   *
   * @throws UncheckedIOException if it does not exist, is not a regular file, or cannot be read
   */
  public static MemorySegment map(Path file) {
    try (FileChannel channel = open(file)) {
      return map(channel);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  static MemorySegment map(FileChannel channel) throws IOException {
    return channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
  }

  static FileChannel open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    // Only regular files: a pipe would block, a device has no size.
    if (Files.isRegularFile(file)) return channel;
    channel.close();
    String problem = Files.isDirectory(file) ? "is a folder" : "is not a regular file";
    throw new FileSystemException(file.toString(), null, problem);
  }
}
