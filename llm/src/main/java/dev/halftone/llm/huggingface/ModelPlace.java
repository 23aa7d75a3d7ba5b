package dev.halftone.llm.huggingface;

import dev.halftone.checkpoint.safetensors.SafetensorsModel;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.json.JsonFile;
import dev.halftone.llm.packed.PackedWeights;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Where a model lies: a folder, or one safetensors file in a folder whose other files tell of it.
 *
 * @param model as it was named
 */
public record ModelPlace(Path model) {
  private static final String CONFIG = "config.json";
  private static final String ENDING = ".safetensors";
  private static final Pattern PART = Pattern.compile(".*-\\d{5}-of-\\d{5}\\.safetensors");

  /** Whether a path names a safetensors file. */
  public static boolean isFile(Path path) {
    return path.toString().endsWith(ENDING) && !Files.isDirectory(path);
  }

  /** Whether a path names a model: a folder, or a safetensors file by its ending. */
  public static boolean takes(Path path) {
    return Files.isDirectory(path) || isFile(path);
  }

  /** The folder with config.json and the tokenizer. */
  public Path folder() {
    if (Files.isDirectory(model)) return model;
    return Objects.requireNonNull(model.toAbsolutePath().getParent(), "a file is in a folder");
  }

  /**
   * As {@link #config}, but no keys where none are needed: files that tell in their metadata how
   * they are quantized need no config.json beside them.
   *
   * @param found the model, read
   */
  public JsonFile configIfNeeded(SafetensorsModel found) {
    if (!found.metadata().containsKey(PackedWeights.KEY)) return config();
    Path file = folder().resolve(CONFIG);
    return JsonFile.readIfThere(file).orElseGet(() -> JsonFile.none(file));
  }

  /**
   * Reads config.json.
   *
   * @throws MalformedModelException if it is not there or not sound
   * @throws UnsupportedModelException if a file is named that is a part of a model, or that has no
   *     config.json beside it to tell its architecture
   * @throws java.io.UncheckedIOException if it, or the model, cannot be read
   */
  public JsonFile config() {
    Path file = folder().resolve(CONFIG);
    if (Files.isDirectory(model)) {
      if (!Files.exists(file))
        throw new MalformedModelException(model, "a folder without " + CONFIG);
      return JsonFile.read(file);
    }
    if (PART.matcher(model.toString()).matches())
      throw new UnsupportedModelException(
          model, "one of several files of a model; name their folder, " + folder());
    if (!Files.exists(model))
      throw new UncheckedIOException(new NoSuchFileException(model.toString()));
    if (!Files.exists(file))
      throw new UnsupportedModelException(
          model,
          "no %s beside it, which tells the architecture and so which tensors are what"
              .formatted(CONFIG));
    return JsonFile.read(file);
  }
}
