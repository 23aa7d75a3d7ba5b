package dev.halftone.toolkit.packed;

import dev.halftone.checkpoint.safetensors.ModelLayout;
import dev.halftone.checkpoint.safetensors.SafetensorsModel;
import dev.halftone.checkpoint.safetensors.TensorForm;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.huggingface.LayerMatrices;
import dev.halftone.recipe.NamePattern;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/** What each tensor of a folder becomes, and what its files will look like. Immutable. */
public final class FolderPlan {
  /** Bytes of a file of weights, as transformers has it. */
  static final long SHARD_BYTES = 5_000_000_000L;

  private final Path folder;
  private final PackedScheme scheme;
  private final SafetensorsModel model;
  private final List<Choice> choices;
  private final ModelLayout layout;
  private final String configText;

  private FolderPlan(Path folder, PackedScheme scheme, LayerMatrices source, List<Choice> choices) {
    this.folder = folder;
    this.scheme = scheme;
    this.model = source.model();
    this.choices = List.copyOf(choices);
    this.layout = ModelLayout.of(model.metadata(), forms(choices), SHARD_BYTES);
    this.configText =
        source
            .config()
            .with(QuantizationConfig.KEY, QuantizationConfig.of(scheme, ignored(choices)));
  }

  /**
   * Decides what becomes of each tensor. Nothing is read but headers.
   *
   * @param include patterns of modules (a tensor's name without {@code .weight}) to quantize; empty
   *     for all
   * @param exclude patterns of modules that stay as they are
   * @throws dev.halftone.graph.BadInputException if the folder is not sound or not understood, or
   *     there is nothing to quantize: names the file
   */
  public static FolderPlan of(
      Path folder, PackedScheme scheme, List<String> include, List<String> exclude) {
    LayerMatrices source = LayerMatrices.read(folder);
    List<Choice> choices = new ArrayList<>();
    source
        .model()
        .tensors()
        .forEach(
            (name, tensor) ->
                choices.add(
                    source.names().contains(name)
                        ? choice(name, tensor, scheme, include, exclude)
                        : new Choice(name, tensor, Optional.empty(), "")));
    if (choices.stream().noneMatch(choice -> choice.matrix().isPresent()))
      throw new UnsupportedModelException(
          source.config().file(), "nothing to quantize" + firstReason(choices));
    return new FolderPlan(folder, scheme, source, choices);
  }

  private static String firstReason(List<Choice> choices) {
    return choices.stream()
        .filter(choice -> !choice.reason().isEmpty())
        .findFirst()
        .map(choice -> ": tensor \"%s\": %s".formatted(choice.name(), choice.reason()))
        .orElse("");
  }

  private static Choice choice(
      String name, Tensor tensor, PackedScheme scheme, List<String> include, List<String> exclude) {
    String module = module(name);
    if (!NamePattern.selects(include, exclude, module))
      return new Choice(name, tensor, Optional.empty(), "excluded");
    Optional<String> obstacle = scheme.obstacle(tensor.dimension(0), tensor.dimension(1));
    if (obstacle.isPresent()) return new Choice(name, tensor, Optional.empty(), obstacle.get());
    return new Choice(name, tensor, Optional.of(new PackedMatrix(module, tensor, scheme)), "");
  }

  private static String module(String tensor) {
    return tensor.substring(0, tensor.length() - PackedMatrix.ENDING.length());
  }

  private static SequencedMap<String, TensorForm> forms(List<Choice> choices) {
    SequencedMap<String, TensorForm> forms = new LinkedHashMap<>();
    for (Choice choice : choices) forms.putAll(choice.forms());
    return forms;
  }

  private static List<String> ignored(List<Choice> choices) {
    return choices.stream()
        .filter(choice -> !choice.reason().isEmpty())
        .map(choice -> module(choice.name()))
        .toList();
  }

  public PackedScheme scheme() {
    return scheme;
  }

  /** What becomes of each tensor, in the order of the source's files. */
  public List<Choice> choices() {
    return choices;
  }

  /** Files that are read for the weights; the first stands for the model. */
  public List<Path> sources() {
    return model.paths();
  }

  ModelLayout layout() {
    return layout;
  }

  String configText() {
    return configText;
  }

  /** Files of weights that will be in the result, by name: the index first if there is one. */
  public List<String> weightFiles() {
    return layout.names();
  }

  /** What is quantized. */
  Path folder() {
    return folder;
  }

  /** Bytes of the result's weight files, the index counted. */
  public long bytes() {
    return layout.size();
  }

  /**
   * Bytes of the source's weight files, the index counted.
   *
   * @throws UncheckedIOException if one is gone
   */
  public long bytesBefore() {
    long bytes = 0;
    for (Path path : model.paths()) {
      try {
        bytes += Files.size(path);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return bytes;
  }

  /** Bits of all tensors by value. */
  public double bitsPerWeight() {
    long bytes = choices.stream().mapToLong(Choice::bytes).sum();
    return 8.0 * bytes / choices.stream().mapToLong(choice -> choice.source().count()).sum();
  }

  /** What the user should know. */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (!scheme.isFast())
      warnings.add("vLLM has fast kernels for groups of 32, 64 and 128 values and for channels");
    warnings.addAll(FusedModules.warnings(choices));
    return warnings;
  }
}
