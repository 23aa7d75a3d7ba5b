package dev.halftone.data;

import dev.halftone.data.source.Groups;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** SHA-256 over files (for each its name, its size, and its bytes) or over samples. */
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

  /** Of the task, and of each sample as it is read and what is known of it. */
  static String ofContents(DataSet data) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.add(data.task().toString());
    for (int row = 0; row < data.size(); row++) {
      new TreeMap<>(data.samples().get(row)).forEach(fingerprint::add);
      fingerprint.add(known(data.targets(), row));
    }
    return fingerprint.hex();
  }

  private static String known(@Nullable Targets targets, int row) {
    return switch (targets) {
      case null -> "";
      case Targets.Classes(List<Integer> classes) -> classes.get(row).toString();
      case Targets.Anomalies(List<Integer> groups, List<Boolean> anomalous) ->
          groups.get(row) + " " + anomalous.get(groups.get(row));
      case Targets.Boxes boxes -> {
        String photo = boxes.photos().isEmpty() ? "" : boxes.photos().get(row).toString();
        yield boxes.boxes().get(row) + photo;
      }
    };
  }

  private void add(String input, Tensor value) {
    add(input);
    add(value.dtype() + Arrays.toString(value.shape()));
    MemorySegment bytes = value.data();
    for (long from = 0; from < bytes.byteSize(); from += buffer.length) {
      int count = (int) Math.min(buffer.length, bytes.byteSize() - from);
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, from, buffer, 0, count);
      digest.update(buffer, 0, count);
    }
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
