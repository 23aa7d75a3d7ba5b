package dev.halftone.data.file;

import dev.halftone.graph.MalformedDataException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Opens files so that every failure is an {@link UncheckedIOException} whose cause has the path.
 */
public final class DataFiles {
  private DataFiles() {}

  /** Fails unless something is there. */
  public static void requireThere(Path path) {
    if (!Files.exists(path)) {
      throw new UncheckedIOException(new NoSuchFileException(path.toString()));
    }
  }

  /** The file's bytes, read-only and unmapped when nothing refers to them any more. */
  public static MemorySegment map(Path file) {
    requireFile(file);
    try (FileChannel channel = FileChannel.open(file)) {
      return channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The whole file on the heap.
   *
   * @throws MalformedDataException if it has more than {@code limit} bytes
   */
  public static byte[] read(Path file, int limit) {
    requireFile(file);
    try {
      long size = Files.size(file);
      if (size > limit) {
        throw new MalformedDataException(
            file, "%d bytes, expected at most %d for a file of this kind".formatted(size, limit));
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Up to {@code count} bytes from the start of the file; fewer when the file is shorter. */
  public static byte[] firstBytes(Path file, int count) {
    requireFile(file);
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(count);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void requireFile(Path file) {
    requireThere(file);
    if (Files.isDirectory(file)) {
      throw new MalformedDataException(file, "a folder, expected a file");
    }
  }

  /**
   * The files below a folder, at any depth, that fit, in the order of their paths relative to the
   * folder (compared as strings with {@code /} between names). Files and folders whose names start
   * with a dot are left out.
   */
  public static List<Path> list(Path folder, Predicate<Path> fits) {
    requireThere(folder);
    try (Stream<Path> all = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      return all.filter(path -> !hidden(folder.relativize(path)))
          .filter(path -> fits.test(path) && Files.isRegularFile(path))
          .sorted(Comparator.comparing(path -> relativeName(folder, path)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String relativeName(Path folder, Path path) {
    return folder.relativize(path).toString().replace('\\', '/');
  }

  private static boolean hidden(Path relative) {
    for (Path name : relative) {
      if (name.toString().startsWith(".")) return true;
    }
    return false;
  }

  /** Whether the file's name ends in one of the extensions, given in lower case without the dot. */
  public static boolean hasExtension(Path path, String... extensions) {
    String name = path.toString().toLowerCase(java.util.Locale.ROOT);
    for (String extension : extensions) {
      if (name.endsWith("." + extension)) return true;
    }
    return false;
  }
}
