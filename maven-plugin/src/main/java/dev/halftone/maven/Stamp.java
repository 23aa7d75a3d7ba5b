package dev.halftone.maven;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What an earlier build did, kept in {@code target}: the fingerprint of all that went in, and that
 * of all that came out. A file that changed since, on either side, makes it stale.
 *
 * @param file where it is kept
 * @param inputs fingerprint of all that goes in
 */
record Stamp(Path file, String inputs) {
  boolean isCurrent(List<Path> results) throws IOException {
    return Files.isRegularFile(file) && Files.readString(file).equals(text(results));
  }

  void write(List<Path> results) throws IOException {
    Path folder = file.getParent();
    if (folder != null) Files.createDirectories(folder);
    Files.writeString(file, text(results));
  }

  void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  private String text(List<Path> results) throws IOException {
    Fingerprint outputs = new Fingerprint();
    for (Path result : results) outputs.file(result);
    return inputs + "\n" + outputs.hex() + "\n";
  }
}
