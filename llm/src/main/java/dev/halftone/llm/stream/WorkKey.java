package dev.halftone.llm.stream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What tells some work from any other, for whoever finds its beginnings. The same things added in
 * the same order make the same key.
 */
public final class WorkKey {
  private final MessageDigest digest;

  public WorkKey() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  public WorkKey add(String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
    return this;
  }

  public WorkKey add(MemorySegment bytes) {
    digest.update(bytes.asByteBuffer());
    return this;
  }

  /**
   * Adds a file that is read, by its place, size and time of change.
   *
   * @throws UncheckedIOException if it is gone
   */
  public WorkKey addInput(Path file) {
    try {
      add(file.toAbsolutePath().toString());
      return add(Files.size(file) + " " + Files.getLastModifiedTime(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The key as a line, after which nothing can be added. */
  public String line() {
    return "halftone 1 " + HexFormat.of().formatHex(digest.digest());
  }
}
