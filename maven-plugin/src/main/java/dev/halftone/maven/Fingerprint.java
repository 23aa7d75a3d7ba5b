package dev.halftone.maven;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** SHA-256 of all that a result depends on, in the order in which it is added. */
final class Fingerprint {
  private final MessageDigest digest;

  Fingerprint() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // Every Java has it.
    }
  }

  Fingerprint text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(Integer.toString(bytes.length).getBytes(StandardCharsets.US_ASCII));
    digest.update((byte) ':');
    digest.update(bytes);
    return this;
  }

  /** Path and content of a file, or of all files in a folder by name; that it is missing, too. */
  Fingerprint file(Path path) throws IOException {
    text(path.toString());
    if (Files.isDirectory(path)) {
      for (Path file : inside(path)) content(file.toString(), file);
      return text("folder");
    }
    return Files.exists(path) ? content("file", path) : text("missing");
  }

  /** Name, size and time: of the files of Halftone itself, which nobody writes to in place. */
  Fingerprint program(Path jar) throws IOException {
    text(String.valueOf(jar.getFileName()));
    return text(Files.size(jar) + " " + Files.getLastModifiedTime(jar).toMillis());
  }

  private static List<Path> inside(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private Fingerprint content(String name, Path file) throws IOException {
    text(name).text(Long.toString(Files.size(file)));
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer))
        digest.update(buffer, 0, count);
    }
    return this;
  }

  /** In hexadecimal; nothing can be added afterwards. */
  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
