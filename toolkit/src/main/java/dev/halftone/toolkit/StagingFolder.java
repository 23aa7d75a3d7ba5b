package dev.halftone.toolkit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A hidden folder beside a file that is being made. As long as its maker lives he holds a lock in
 * it, which the system takes from him when he is killed: whoever gets the lock of another's folder
 * knows that nobody will finish it. A process id would not do, since ids are used again and
 * containers that share a disk do not share them.
 */
record StagingFolder(Path path, FileChannel lock) {
  private static final String LOCK = ".lock";
  private static final String NEW_LOCK = ".lock.new";

  /**
   * Makes a folder, and removes those that killed processes left for the same file.
   *
   * @throws FileSystemException if the folder cannot be made; the message names the file
   */
  static StagingFolder create(Path parent, Path target) throws IOException {
    String prefix = "." + target.getFileName() + ".halftone-";
    sweep(parent, prefix);
    try {
      Path folder = Files.createTempDirectory(parent, prefix);
      // Locked under another name, so that no other process finds it before it is.
      FileChannel channel =
          FileChannel.open(
              folder.resolve(NEW_LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      channel.lock();
      Files.move(folder.resolve(NEW_LOCK), folder.resolve(LOCK), StandardCopyOption.ATOMIC_MOVE);
      return new StagingFolder(folder, channel);
    } catch (IOException e) {
      FileSystemException failure =
          new FileSystemException(target.toString(), null, "its folder is not writable");
      failure.initCause(e);
      throw failure;
    }
  }

  private static void sweep(Path parent, String prefix) throws IOException {
    try (DirectoryStream<Path> folders =
        Files.newDirectoryStream(
            parent, path -> String.valueOf(path.getFileName()).startsWith(prefix))) {
      for (Path folder : folders) sweep(folder);
    }
  }

  /** A folder whose lock is not there yet, is held or cannot be had is another's. */
  private static void sweep(Path folder) {
    try (FileChannel channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE)) {
      FileLock lock = channel.tryLock();
      if (lock != null) delete(folder);
    } catch (OverlappingFileLockException e) {
      return; // This process makes it.
    } catch (NoSuchFileException e) {
      return; // Just begun, or just gone.
    } catch (IOException e) {
      warn(folder, e);
    }
  }

  /** What was written, sorted by name. */
  List<Path> written() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.filter(file -> !file.endsWith(LOCK)).sorted().toList();
    }
  }

  /** Removes the folder with all that is in it; nothing happens when it is gone. */
  void delete() {
    try {
      lock.close();
      delete(path);
    } catch (IOException e) {
      warn(path, e);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) return;
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
    }
  }

  private static void warn(Path folder, IOException e) {
    System.getLogger(StagedOutput.class.getName())
        .log(System.Logger.Level.WARNING, "could not remove " + folder, e);
  }
}
