package dev.halftone.toolkit.packed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Files of a model's folder that hold neither weights nor what is written anew. */
final class Companions {
  private static final Set<String> WEIGHTS =
      Set.of("safetensors", "bin", "pt", "pth", "ckpt", "h5", "msgpack", "gguf", "onnx", "data");

  private static final Set<String> REPLACED = Set.of("config.json", "quantize_config.json");

  private Companions() {}

  /**
   * Files right in the folder that are not hidden, by name.
   *
   * @throws UncheckedIOException if the folder cannot be read
   */
  static List<Path> of(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Companions::goesAlong).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean goesAlong(Path file) {
    String name = String.valueOf(file.getFileName());
    String ending = name.substring(name.lastIndexOf('.') + 1);
    return Files.isRegularFile(file)
        && !name.startsWith(".")
        && !WEIGHTS.contains(ending)
        && !REPLACED.contains(name)
        && !name.endsWith(".index.json");
  }
}
