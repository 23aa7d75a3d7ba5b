package dev.halftone.onnx;

import dev.halftone.tensor.PendingFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/** A process that writes part of a file, says so, and waits to be ended. */
final class SlowWrite {
  private SlowWrite() {}

  public static void main(String[] arguments) throws Exception {
    try (PendingFile pending = PendingFile.of(Path.of(arguments[0]))) {
      pending.write(List.of(MemorySegment.ofArray(new byte[100])));
      System.out.println("writing");
      Thread.sleep(60_000);
    }
  }
}
