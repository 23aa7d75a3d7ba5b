package dev.halftone.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over files: for each its name, its size, and its bytes. */
final class Fingerprint {
  private final MessageDigest digest;
  private final byte[] buffer = new byte[1 << 16];

  Fingerprint() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  void add(String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  void add(Path file) {
    add(String.valueOf(file.getFileName()));
    try (InputStream in = Files.newInputStream(file)) {
      add(Long.toString(Files.size(file)));
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
