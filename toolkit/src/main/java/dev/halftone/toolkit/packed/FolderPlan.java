package dev.halftone.toolkit.packed;

import dev.halftone.checkpoint.safetensors.ModelLayout;
import dev.halftone.checkpoint.safetensors.SafetensorsModel;
import dev.halftone.checkpoint.safetensors.TensorForm;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.huggingface.LayerMatrices;
import dev.halftone.llm.huggingface.ModelPlace;
import dev.halftone.llm.json.JsonFile;
import dev.halftone.llm.packed.PackedWeights;
import dev.halftone.llm.stream.WorkKey;
import dev.halftone.recipe.NamePattern;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What each tensor of a folder or file becomes, and what the files of the result will look like.
 * Immutable.
 */
public final class FolderPlan {
  /** Bytes of a file of weights, as transformers has it. */
  static final long SHARD_BYTES = 5_000_000_000L;

  private final ModelPlace place;
  private final PackedScheme scheme;
  private final SafetensorsModel model;
  private final List<Choice> choices;
  private final ModelLayout layout;
  private final Optional<String> configText;

  private FolderPlan(
      ModelPlace place,
      PackedScheme scheme,
      LayerMatrices source,
      List<Choice> choices,
      Optional<String> file) {
    this.place = place;
    this.scheme = scheme;
    this.model = source.model();
    this.choices = List.copyOf(choices);
    Map<String, ?> config = QuantizationConfig.of(scheme, ignored(choices));
    if (file.isEmpty()) {
      this.layout = ModelLayout.of(model.metadata(), forms(choices), SHARD_BYTES);
      this.configText = Optional.of(source.config().with(PackedWeights.KEY, config));
    } else {
      Map<String, String> metadata = new LinkedHashMap<>(model.metadata());
      metadata.put(PackedWeights.KEY, JsonFile.line(config));
      this.layout = ModelLayout.ofFile(file.get(), metadata, forms(choices));
      this.configText = Optional.empty();
    }
  }

  /**
   * Decides what becomes of each tensor. Nothing is read but headers.
   *
   * @param model a folder, or a safetensors file with config.json beside it
   * @param file name of the one file that the result shall be, which then has {@code
   *     quantization_config} in its metadata; empty for a folder
   * @param include patterns of modules (a tensor's name without {@code .weight}) to quantize; empty
   *     for all
   * @param exclude patterns of modules that stay as they are
   * @throws dev.halftone.graph.BadInputException if the model is not sound or not understood, or
   *     there is nothing to quantize: names the file
   */
  public static FolderPlan of(
      Path model,
      PackedScheme scheme,
      List<String> include,
      List<String> exclude,
      Optional<String> file) {
    ModelPlace place = new ModelPlace(model);
    LayerMatrices source = LayerMatrices.read(place);
    List<Choice> choices = new ArrayList<>();
    source
        .model()
        .tensors()
        .forEach(
            (name, tensor) ->
                choices.add(
                    source.names().contains(name)
                        ? choice(name, tensor, scheme, include, exclude)
                        : kept(name, tensor, source)));
    if (choices.stream().noneMatch(choice -> choice.matrix().isPresent()))
      throw new UnsupportedModelException(
          source.config().file(), "nothing to quantize" + firstReason(choices, source));
    return new FolderPlan(place, scheme, source, choices, file);
  }

  /**
   * One that is no matrix of a layer, or one that chooses experts: readers have to be told of it.
   */
  private static Choice kept(String name, Tensor tensor, LayerMatrices source) {
    String reason = source.routers().contains(name) ? "it chooses experts" : "";
    return new Choice(name, tensor, Optional.empty(), reason);
  }

  private static String firstReason(List<Choice> choices, LayerMatrices source) {
    return choices.stream()
        .filter(choice -> source.names().contains(choice.name()))
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

  /** The result, under a name. */
  ResultFiles.Target target(Path out) {
    if (configText.isEmpty()) return ResultFiles.Target.file(out, layout);
    return ResultFiles.Target.folder(out, layout, configText, Companions.of(place.folder()));
  }

  /** What is read, and what of the choices the layout does not tell. */
  WorkKey key() {
    WorkKey key = new WorkKey().add("quantize").add(scheme.toString());
    model.paths().forEach(key::addInput);
    return key;
  }

  /**
   * Files of weights that will be in the result: the index first if there is one.
   *
   * @param out the folder, or the file
   */
  public List<Path> weightFiles(Path out) {
    if (configText.isEmpty()) return List.of(out);
    return layout.names().stream().map(out::resolve).toList();
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
