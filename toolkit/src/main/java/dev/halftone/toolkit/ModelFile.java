package dev.halftone.toolkit;

import dev.halftone.onnx.WeightFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterInputStream;

/**
 * A model on disk.
 *
 * @param sha256 of the model file itself, in hex
 * @param bytes of the model file and of the files that hold its weights
 */
public record ModelFile(Path path, String sha256, long bytes) {
  private static final int CHUNK = 1 << 20;

  /**
   * Reads the file for its hash, and finds the files that hold its weights.
   *
   * @throws UncheckedIOException if it cannot be read
   */
  static ModelFile of(Path path) {
    try {
      return new ModelFile(path, sha256(path), WeightFiles.totalBytes(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A file that refers to no others.
   *
   * @throws UncheckedIOException if it cannot be read
   */
  static ModelFile alone(Path path) {
    try {
      return new ModelFile(path, sha256(path), Files.size(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A model in one file or several: the hash is that of the first.
   *
   * @throws UncheckedIOException if one cannot be read
   */
  public static ModelFile ofParts(List<Path> parts) {
    try {
      long bytes = 0;
      for (Path part : parts) bytes += Files.size(part);
      return new ModelFile(parts.getFirst(), sha256(parts.getFirst()), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Hash over the hashes of the model file and of the files that hold its weights, in hex.
   *
   * @throws UncheckedIOException if one cannot be read
   */
  static String sha256OfAll(Path path) {
    MessageDigest digest = digest();
    try {
      digest.update(sha256(path).getBytes(StandardCharsets.US_ASCII));
      for (Path weights : WeightFiles.of(path))
        digest.update(sha256(weights).getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Bytes of the model file and of the files that hold its weights, each deflated on its own at
   * zlib's default level (RFC 1951), as a zip archive would hold them: what zeros save.
   *
   * @throws UncheckedIOException if one cannot be read
   */
  public long zippedBytes() {
    try {
      long bytes = deflated(path);
      for (Path weights : WeightFiles.of(path)) bytes += deflated(weights);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long deflated(Path file) throws IOException {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    try (InputStream in = Files.newInputStream(file)) {
      new DeflaterInputStream(in, deflater, CHUNK).transferTo(OutputStream.nullOutputStream());
      return deflater.getBytesWritten();
    } finally {
      deflater.end();
    }
  }

  /** The same content under another name. */
  public ModelFile at(Path otherPath) {
    return new ModelFile(otherPath, sha256, bytes);
  }

  private static String sha256(Path path) throws IOException {
    MessageDigest digest = digest();
    byte[] chunk = new byte[CHUNK];
    try (InputStream in = Files.newInputStream(path)) {
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk))
        digest.update(chunk, 0, read);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
