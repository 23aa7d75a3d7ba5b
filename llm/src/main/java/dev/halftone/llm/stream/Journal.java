package dev.halftone.llm.stream;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What of an unfinished result is there already, one line a unit. Belongs to one process at a time.
 * Thread-safe.
 */
public final class Journal implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;
  private final Map<Long, Finished> finished;

  private Journal(Path file, FileChannel channel, Map<Long, Finished> finished) {
    this.file = file;
    this.channel = channel;
    this.finished = finished;
  }

  /** Where the journal of a result lies: hidden beside it. */
  public static Path beside(Path target) {
    return UnfinishedFile.hidden(target, "journal");
  }

  /**
   * Goes on with the journal of the same work, or starts one.
   *
   * @param key what the work is: input, output and all choices
   * @throws FileSystemException if another process writes the same result
   */
  public static Journal open(Path file, String key, long units) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      lock(file, channel);
      return read(file, channel, key, units);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static Journal read(Path file, FileChannel channel, String key, long units)
      throws IOException {
    try {
      Map<Long, Finished> finished = finished(channel, key, units);
      // What is still true is written anew, so that a line cut short does not spoil the next one.
      channel.truncate(0);
      Journal journal = new Journal(file, channel, finished);
      journal.append(key + "\n");
      StringBuilder lines = new StringBuilder();
      finished.values().forEach(one -> lines.append(one.line()));
      journal.append(lines.toString());
      return journal;
    } catch (IOException e) {
      Files.deleteIfExists(file); // On a full disk there is no room for a line.
      throw e;
    }
  }

  private static void lock(Path file, FileChannel channel) throws IOException {
    boolean free;
    try {
      free = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      free = false;
    }
    if (!free)
      throw new FileSystemException(
          file.toString(), null, "another run is writing the same file at this moment");
  }

  private static Map<Long, Finished> finished(FileChannel channel, String key, long units)
      throws IOException {
    Map<Long, Finished> finished = new HashMap<>();
    BufferedReader lines =
        new BufferedReader(Channels.newReader(channel, StandardCharsets.US_ASCII));
    if (!key.equals(lines.readLine())) return finished;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Finished.parse(line, units).ifPresent(one -> finished.put(one.unit(), one));
    }
    return finished;
  }

  /** What the journal said of a unit when it was opened; null if it was not finished. */
  public @Nullable Finished finished(long unit) {
    return finished.get(unit);
  }

  public boolean isEmpty() {
    return finished.isEmpty();
  }

  public void add(Finished one) throws IOException {
    append(one.line());
  }

  private synchronized void append(String lines) throws IOException {
    ByteBuffer bytes = StandardCharsets.US_ASCII.encode(lines);
    while (bytes.hasRemaining()) channel.write(bytes);
  }

  /** Forgets it all: the result is there, or will never be. */
  public void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
