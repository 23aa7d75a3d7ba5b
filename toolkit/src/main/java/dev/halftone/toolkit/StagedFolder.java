package dev.halftone.toolkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/**
 * A place for a folder to be filled before it gets its name: inside a hidden folder beside it, so
 * that moving it into place is atomic. Until {@link #commit} nothing exists under the final name.
 * What is there goes when this is closed and when the JVM ends, by a signal too.
 */
public final class StagedFolder implements AutoCloseable {
  private static final String CONTENT = "content";

  private final Path target;
  private final StagingFolder folder;
  private final DeletedAtExit cleanup;

  private StagedFolder(Path target, StagingFolder folder) {
    this.target = target;
    this.folder = folder;
    this.cleanup = DeletedAtExit.of(folder);
  }

  /**
   * Makes the place, which shows that the folder can be written. One that is there and empty is
   * replaced; what holds files is not, since nothing tells whose they are.
   *
   * @throws UncheckedIOException if the folder around it is missing or not writable, or something
   *     has the name already; the message names it
   */
  public static StagedFolder beside(Path target) {
    try {
      requireFree(target);
      Path parent = target.toAbsolutePath().normalize().getParent();
      if (parent == null || !Files.isDirectory(parent))
        throw new NoSuchFileException(target.toString(), null, "its folder does not exist");
      StagedFolder staged = new StagedFolder(target, StagingFolder.create(parent, target));
      Files.createDirectory(staged.path());
      return staged;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void requireFree(Path target) throws IOException {
    if (!Files.exists(target)) return;
    if (!Files.isDirectory(target))
      throw new FileSystemException(target.toString(), null, "is a file, not a folder");
    try (Stream<Path> files = Files.list(target)) {
      if (files.findAny().isPresent())
        throw new FileSystemException(
            target.toString(), null, "holds files already; give the output another name");
    }
  }

  /** Where to write. */
  public Path path() {
    return folder.path().resolve(CONTENT);
  }

  /** Gives the folder its name. */
  public void commit() {
    try {
      requireFree(target);
      Files.deleteIfExists(target);
      Files.move(path(), target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    cleanup.close();
  }
}
