package dev.halftone.toolkit.cache;

import dev.halftone.data.DataSet;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * SHA-256 of what a model is given: every sample as it comes, row by row, and the state that is
 * carried between rows. A data set's fingerprint tells files apart; rows and preprocessing change
 * what is calibrated on without changing the files.
 */
final class SamplesHash {
  private SamplesHash() {}

  static String of(DataSet data) {
    MessageDigest digest = sha256();
    add(
        digest,
        "%d %s %s"
            .formatted(data.size(), new TreeMap<>(data.state()), new TreeSet<>(data.starts())));
    for (int row = 0; row < data.size(); row++) {
      Map<String, Tensor> sample = new TreeMap<>(data.samples().get(row));
      sample.forEach((name, tensor) -> add(digest, name, tensor));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, String name, Tensor tensor) {
    add(digest, "%s %s %s".formatted(name, tensor.dtype(), Arrays.toString(tensor.shape())));
    // A copy: a segment over an array of floats has no view as bytes.
    digest.update(tensor.data().toArray(ValueLayout.JAVA_BYTE));
  }

  private static void add(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
