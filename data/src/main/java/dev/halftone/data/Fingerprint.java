package dev.halftone.data;

import dev.halftone.data.source.Groups;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** SHA-256 over files: for each its name, its size, and its bytes. */
final class Fingerprint {
  private final MessageDigest digest;
  private final byte[] buffer = new byte[1 << 16];

  private Fingerprint() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * Of the files that rows were read from: of a source with a file for each sample only those, of
   * another source the whole file; of a source without files its path and the seed.
   */
  static String of(List<OpenedFeed> feeds, @Nullable Groups groups, int[] rows, long seed) {
    Fingerprint fingerprint = new Fingerprint();
    for (OpenedFeed opened : feeds) {
      List<Path> files = opened.source().files();
      fingerprint.add(opened.feed().input());
      if (files.isEmpty()) fingerprint.add(opened.feed().path() + " " + seed);
      if (opened.source().filePerSample()) {
        IntStream.of(rows)
            .map(row -> groups == null ? row : groups.of(row))
            .distinct()
            .forEach(file -> fingerprint.add(files.get(file)));
      } else {
        files.forEach(fingerprint::add);
      }
    }
    return fingerprint.hex();
  }

  private void add(String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  private void add(Path file) {
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

  private String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
