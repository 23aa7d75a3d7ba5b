package dev.halftone.toolkit.packed;

import dev.halftone.llm.stream.Journal;
import dev.halftone.llm.stream.UnfinishedFile;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A place for a folder, or a file, to be filled before it gets its name: a hidden folder beside it
 * that always has the same name, so that a later process finds it, with a journal of what is in it.
 * Until {@link #commit} nothing exists under the final name, or what existed is untouched. What is
 * there stays when the process ends before.
 */
final class UnfinishedResult implements AutoCloseable {
  private final Path target;
  private final boolean oneFile;
  private final Journal journal;

  private UnfinishedResult(Path target, boolean oneFile, Journal journal) {
    this.target = target;
    this.oneFile = oneFile;
    this.journal = journal;
  }

  /**
   * Goes on with what is there of the same work, or starts anew.
   *
   * @param oneFile whether the result is a file, which replaces one that is there; a folder
   *     replaces an empty one only, since nothing tells whose its files are
   * @throws IOException if the folder around it is missing or not writable, what has the name
   *     already is not replaced, or another process writes the same result; the message names it
   */
  static UnfinishedResult open(Path out, boolean oneFile, String key, long pieces)
      throws IOException {
    if (oneFile) requireFile(out);
    else requireFree(out);
    Path target = out.toAbsolutePath().normalize();
    Path parent = target.getParent();
    if (parent == null || !Files.isDirectory(parent))
      throw new NoSuchFileException(out.toString(), null, "its folder does not exist");
    if (!Files.isWritable(parent))
      throw new FileSystemException(out.toString(), null, "its folder is not writable");
    Journal journal = Journal.open(Journal.beside(target), key, pieces);
    UnfinishedResult unfinished = new UnfinishedResult(target, oneFile, journal);
    try {
      if (journal.isEmpty()) delete(unfinished.path());
      Files.createDirectories(unfinished.path());
      return unfinished;
    } catch (IOException | RuntimeException e) {
      journal.delete();
      journal.close();
      throw e;
    }
  }

  private static void requireFile(Path target) throws IOException {
    if (Files.isDirectory(target))
      throw new FileSystemException(target.toString(), null, "is a folder, not a file");
    if (Files.exists(target) && !Files.isWritable(target))
      throw new FileSystemException(target.toString(), null, "is not writable");
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

  /** The hidden folder. */
  Path path() {
    return UnfinishedFile.beside(target);
  }

  Journal journal() {
    return journal;
  }

  /** Whether nothing is there yet. */
  boolean isNew() {
    return journal.isEmpty();
  }

  /** Finds out now, and not after hours, that a disk has no room. */
  void requireSpace(long bytes) throws IOException {
    UnfinishedFile.requireSpace(target, path(), bytes);
  }

  /** Gives the folder, or the file in it, its name. */
  void commit() throws IOException {
    if (oneFile) {
      Files.move(
          path().resolve(target.getFileName()),
          target,
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      delete(path());
    } else {
      requireFree(target);
      Files.deleteIfExists(target);
      Files.move(path(), target, StandardCopyOption.ATOMIC_MOVE);
    }
    journal.delete();
  }

  /** Forgets it all: the result will never be. */
  void delete() throws IOException {
    delete(path());
    journal.delete();
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) return;
    List<Path> all;
    try (Stream<Path> files = Files.walk(folder)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : all) Files.deleteIfExists(file);
  }

  @Override
  public void close() throws IOException {
    journal.close();
  }
}
