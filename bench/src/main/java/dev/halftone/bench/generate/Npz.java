package dev.halftone.bench.generate;

import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes NumPy's {@code .npz}: a zip archive of one {@code .npy} (format 1.0) for each array. */
final class Npz {
  private static final int ALIGNMENT = 64; // the header's length is a multiple of this

  private Npz() {}

  static void write(Path file, SortedMap<String, Tensor> arrays) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (var array : arrays.entrySet()) {
        ZipEntry entry = new ZipEntry(array.getKey() + ".npy");
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0)); // the same bytes on every day
        zip.putNextEntry(entry);
        write(array.getValue(), zip);
        zip.closeEntry();
      }
    }
  }

  private static void write(Tensor tensor, OutputStream out) throws IOException {
    String type =
        switch (tensor.dtype()) {
          case FLOAT32 -> "<f4";
          case INT64 -> "<i8";
          default -> throw new IllegalArgumentException("no array type for " + tensor.dtype());
        };
    String shape =
        Arrays.stream(tensor.shape()).mapToObj(size -> size + ",").collect(Collectors.joining());
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(type, shape);
    int preamble = 10;
    int padded = Math.ceilDiv(preamble + header.length() + 1, ALIGNMENT) * ALIGNMENT - preamble;
    out.write(
        new byte[] {
          (byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) padded, (byte) (padded >> 8)
        });
    out.write(
        (header + " ".repeat(padded - header.length() - 1) + "\n")
            .getBytes(StandardCharsets.US_ASCII));
    out.write(tensor.data().toArray(ValueLayout.JAVA_BYTE));
  }
}
