package dev.halftone.cli;

import dev.halftone.kernels.ScaleFits;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Small runs of what most runs do, so that the JVM can keep the classes they needed: {@code
 * Rehearsal MODEL DATA FOLDER}, an ONNX model, its samples, and an empty folder for what is
 * written, which stays empty. The launcher starts it after a build, by itself or by hand, with
 * {@code -XX:ArchiveClassesAtExit}.
 */
final class Rehearsal {
  private static final int COLUMNS = 256;
  private static final int ROWS = 8;

  /** With these, every kind of search runs that needs no importance weights. */
  private static final List<String> TYPES =
      List.of("Q8_0", "Q4_0", "Q6_K", "Q2_K", "Q3_K_S", "Q4_K_S", "IQ4_XS");

  /** Values after which all loops are SIMD. */
  private static final long MANY = 1L << 40;

  private static final int SPREAD = 37;
  private static final int F16 = 1;

  /** Bytes before the matrix, a multiple of 32. */
  private static final int HEADER = 192;

  private static final int UINT32 = 4;
  private static final int STRING = 8;

  private Rehearsal() {}

  public static void main(String[] arguments) throws IOException {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    String model = arguments[0];
    Path folder = Path.of(arguments[2]);
    Path checkpoint = folder.resolve("rehearsal.gguf");
    Path quantized = folder.resolve("rehearsal.quantized");
    String output = quantized.toString();
    try {
      run(nowhere, "quantize", model, "--data", arguments[1], "--rows", "0:8", "-o", output);
      run(nowhere, "quantize", model, "--mode", "dynamic", "-o", output);
      run(nowhere, "quantize", model, "--weights", "int4", "-o", output);
      Files.write(checkpoint, checkpoint());
      // The SIMD loops need many classes, and are waited for where a large checkpoint begins.
      ScaleFits.expect(MANY);
      for (String type : TYPES)
        run(nowhere, "quantize", checkpoint.toString(), "--weights", type, "-o", output);
    } finally {
      Files.deleteIfExists(checkpoint);
      Files.deleteIfExists(quantized);
    }
  }

  private static void run(PrintWriter nowhere, String... arguments) {
    int code = Main.run(arguments, nowhere, nowhere);
    if (code != 0)
      throw new IllegalStateException(String.join(" ", arguments) + ": exit code " + code);
  }

  /** A GGUF file of one matrix in half precision. */
  static byte[] checkpoint() {
    ByteBuffer file = ByteBuffer.allocate(HEADER + ROWS * COLUMNS * Short.BYTES);
    file.order(ByteOrder.LITTLE_ENDIAN).put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(3);
    file.putLong(1).putLong(2);
    put(file, "general.architecture").putInt(STRING);
    put(file, "llama");
    put(file, "llama.block_count").putInt(UINT32).putInt(1);
    put(file, "blk.0.attn_q.weight")
        .putInt(2)
        .putLong(COLUMNS)
        .putLong(ROWS)
        .putInt(F16)
        .putLong(0);
    file.position(HEADER);
    for (int i = 0; i < ROWS * COLUMNS; i++)
      file.putShort(Float.floatToFloat16(i * SPREAD % COLUMNS - COLUMNS / 2));
    return file.array();
  }

  private static ByteBuffer put(ByteBuffer file, String text) {
    return file.putLong(text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
  }
}
