package dev.halftone.toolkit;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.data.DataRequest;
import dev.halftone.data.DataSet;
import dev.halftone.data.DataSets;
import dev.halftone.graph.Graph;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.Model;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.plan.Plan;
import dev.halftone.plan.Quantized;
import dev.halftone.prune.PruneRequest;
import dev.halftone.prune.Pruned;
import dev.halftone.quantize.Quantizer;
import dev.halftone.quantize.dequantize.Dequantizer;
import dev.halftone.quantize.dequantize.QuantizedParts;
import dev.halftone.quantize.fold.Folding;
import dev.halftone.quantize.fold.FunctionCalls;
import dev.halftone.quantize.weights.KnownWeights;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
import dev.halftone.runtime.Progress;
import dev.halftone.toolkit.blocks.BlockMatches;
import dev.halftone.toolkit.blocks.CheckpointBlocks;
import dev.halftone.toolkit.cache.CalibrationCache;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A model that was read from a file. Immutable. */
public final class OpenModel {
  private final Model model;
  private final Path path;

  /**
   * Hashed beside other work: it takes seconds for large files, and nobody waits for it before the
   * end.
   */
  private final CompletableFuture<ModelFile> file;

  OpenModel(Path path, Model model) {
    this.model = model;
    this.path = path;
    this.file = CompletableFuture.supplyAsync(() -> ModelFile.of(path));
  }

  public Model model() {
    return model;
  }

  public Path path() {
    return path;
  }

  /**
   * Hash and size of what was read.
   *
   * @throws UncheckedIOException if the file can no longer be read
   */
  public ModelFile file() {
    try {
      return file.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) throw cause;
      throw e;
    }
  }

  /** What a caller gives the model at each run. */
  public List<ValueInfo> inputs() {
    return model.graph().requiredInputs();
  }

  /**
   * The model as quantization takes it: constants computed, functions called inline, normalizations
   * folded into the products before them.
   */
  public Graph folded() {
    return Folding.fold(FunctionCalls.inline(model)).graph();
  }

  /** What is in the model. */
  public Inspection inspect() {
    return Inspector.inspect(model);
  }

  /**
   * Samples for this model, without labels: all rows of a file or folder of a known kind, see
   * {@link DataRequest}.
   *
   * @throws dev.halftone.graph.MalformedDataException if the data breaks its format's rules or does
   *     not fit the model
   */
  public DataSet data(String data) {
    return data(data, null, null);
  }

  /** Samples with their labels: all rows, see {@link #data(String, String, String)}. */
  public DataSet data(String data, String labels) {
    return data(data, labels, null);
  }

  /**
   * Samples for this model.
   *
   * @param labels a label file, or null
   * @param rows slices such as {@code 0:100}, or null for all
   * @throws dev.halftone.graph.MalformedDataException if the data breaks its format's rules or does
   *     not fit the model
   * @throws dev.halftone.data.LabelCountException if labels and samples differ in number
   */
  public DataSet data(String data, @Nullable String labels, @Nullable String rows) {
    return DataSets.open(new DataRequest(data, labels, rows, null, 0, inputs(), 0));
  }

  /**
   * The recipe that the request comes to for this model.
   *
   * @param samples whether there is data to calibrate on
   * @throws IllegalArgumentException if the request contradicts itself, or asks for calibration
   *     without data
   */
  public ResolvedRecipe resolve(RecipeRequest request, boolean samples) {
    return RecipeResolver.resolve(request, model, samples);
  }

  /**
   * As {@link #quantize(ResolvedRecipe, DataSet, int, Progress)}, with all processors and nobody
   * listening.
   */
  public QuantizedModel quantize(RecipeRequest request, @Nullable DataSet samples) {
    ResolvedRecipe recipe = resolve(request, samples != null);
    return quantize(recipe, samples, Runtime.getRuntime().availableProcessors(), Progress.NONE);
  }

  /**
   * Folds, calibrates where the mode needs it, plans and applies. The result carries in its
   * metadata how it came to be: nothing in it depends on the time, the machine's load, a path or
   * the number of threads.
   *
   * @param samples to calibrate on; may be null in modes that do not calibrate
   * @throws dev.halftone.graph.UnsupportedModelException if nothing in the model can be quantized
   *     as asked
   */
  public QuantizedModel quantize(
      ResolvedRecipe recipe, @Nullable DataSet samples, int threads, Progress progress) {
    return quantize(recipe, samples, StatisticsSource.RUN, threads, progress);
  }

  /**
   * As {@link #quantize(ResolvedRecipe, DataSet, int, Progress)}, with statistics of activations
   * from a source of the caller's, such as {@link #calibrationCache}.
   */
  public QuantizedModel quantize(
      ResolvedRecipe recipe,
      @Nullable DataSet samples,
      StatisticsSource source,
      int threads,
      Progress progress) {
    DataSet calibration = RecipeText.calibrates(recipe.recipe()) ? samples : null;
    Quantized quantized = quantized(recipe.recipe(), calibration, source, threads, progress);
    List<String> unmatched = UnmatchedPatterns.of(recipe.recipe(), model, quantized.plan());
    requireChange(quantized.plan(), unmatched);
    Model signed =
        quantized.model().withMetadata(provenance(quantized.model(), recipe, calibration));
    Plan plan = quantized.plan().withWarnings(unmatched).withWarnings(keptParts());
    return new QuantizedModel(
        this, recipe, new Quantized(signed, plan, quantized.weights()), calibration);
  }

  /**
   * The model with weights of a checkpoint of the same model in place of its own, block by block as
   * they are: nothing is rounded again. Matrices that products read are told by their values.
   *
   * @param matMulNBits MatMulNBits nodes in place of standard blocked DequantizeLinear
   * @throws dev.halftone.graph.UnsupportedModelException if no matrix of it is like one of the
   *     model
   * @throws MalformedModelException if a block has a NaN or an infinity
   */
  public QuantizedModel withBlocks(CheckpointBlocks checkpoint, boolean matMulNBits, int threads) {
    Model folded = Folding.fold(FunctionCalls.inline(model));
    BlockMatches matches = BlockMatches.of(folded, checkpoint);
    if (matches.known().isEmpty())
      throw new UnsupportedModelException(
          path,
          "no matrix of %s is like one of this model".formatted(checkpoint.paths().getFirst()));
    ResolvedRecipe recipe =
        resolve(
            RecipeRequest.automatic()
                .mode(Mode.WEIGHTS)
                .weights(matches.type())
                .granularity(new Granularity.PerBlock(matches.block()))
                .symmetric(matches.symmetric())
                .matMulNBits(matMulNBits),
            false);
    Quantized quantized =
        named(() -> KnownWeights.apply(folded, recipe.recipe(), matches.known(), threads));
    Map<String, String> metadata = origin(quantized.model(), null);
    metadata.put("halftone.weights.sha256", ModelFile.ofParts(checkpoint.paths()).sha256());
    Plan plan = quantized.plan().withWarnings(matches.warnings());
    return new QuantizedModel(
        this,
        recipe,
        new Quantized(quantized.model().withMetadata(metadata), plan, quantized.weights()),
        null);
  }

  private Quantized quantized(
      Recipe recipe,
      @Nullable DataSet calibration,
      StatisticsSource source,
      int threads,
      Progress progress) {
    return named(() -> Quantizer.quantize(model, recipe, calibration, source, threads, progress));
  }

  /** What is wrong within the model is told with the file that it is in. */
  <T> T named(Supplier<T> work) {
    try {
      return work.get();
    } catch (MalformedModelException e) {
      throw new MalformedModelException(path, String.valueOf(e.getMessage()));
    } catch (UnsupportedModelException e) {
      throw new UnsupportedModelException(path, String.valueOf(e.getMessage()));
    }
  }

  /** One sentence where parts of the model were quantized before, else none. */
  private List<String> keptParts() {
    QuantizedParts parts = QuantizedParts.of(model);
    if (parts.isEmpty()) return List.of();
    // What only decodes constants is folded: those are floats then, and quantized like others.
    QuantizedParts kept = QuantizedParts.of(Folding.fold(model));
    String fate =
        kept.parts().size() == parts.parts().size()
            ? "that was kept as it is"
            : kept.isEmpty()
                ? "its weights were decoded and quantized anew, which adds to their error"
                : "%s of that was kept as it is, other weights were decoded and quantized anew"
                    .formatted(kinds(kept));
    return List.of(
        "the model was quantized already, in part or whole (%s); %s, and 'halftone dequantize' turns"
                .formatted(kinds(parts), fate)
            + " it back to float first");
  }

  private static String kinds(QuantizedParts parts) {
    return parts.parts().stream()
        .collect(
            Collectors.groupingBy(QuantizedParts.Part::opType, TreeMap::new, Collectors.counting()))
        .entrySet()
        .stream()
        .map(kind -> kind.getValue() + " × " + kind.getKey())
        .collect(Collectors.joining(", "));
  }

  /**
   * A file that keeps what calibration saw of this model, for later runs on the same samples.
   * Weights in files of their own count too.
   */
  public CalibrationCache calibrationCache(Path cache) {
    return new CalibrationCache(cache, Halftone.version(), ModelFile.sha256OfAll(path));
  }

  /**
   * The model in float.
   *
   * @throws UnsupportedModelException if nothing in it is quantized
   */
  public DequantizedModel dequantize() {
    if (QuantizedParts.of(model).isEmpty())
      throw new UnsupportedModelException(path, "nothing in it is quantized");
    return new DequantizedModel(this, Dequantizer.toFloat(model));
  }

  /** Whether samples are looked at to prune as asked. */
  public static boolean calibrates(PruneRequest request) {
    return Pruner.calibrates(request);
  }

  /**
   * Makes weights zero, or takes channels away. Constants are computed and stored first;
   * normalizations stay. The result carries in its metadata how it came to be.
   *
   * @param samples to see the inputs of weights on; may be null where weights alone decide
   * @throws UnsupportedModelException if the model is quantized, or nothing in it can be pruned as
   *     asked
   * @throws IllegalArgumentException if samples are needed and there are none
   */
  public PrunedModel prune(
      PruneRequest request, @Nullable DataSet samples, int threads, Progress progress) {
    refuseQuantized(model, "prune before quantizing");
    DataSet calibration = Pruner.calibrates(request) ? samples : null;
    Pruned pruned = named(() -> Pruner.prune(model, request, calibration, threads, progress));
    if (pruned.plan().isEmpty())
      throw new UnsupportedModelException(
          path, "nothing in it can be pruned as asked: " + Pruner.reasons(pruned.plan()));
    Map<String, String> metadata = origin(pruned.model(), calibration);
    metadata.put("halftone.prune", PruneText.summary(request));
    return new PrunedModel(
        this,
        request,
        new Pruned(pruned.model().withMetadata(metadata), pruned.plan()),
        calibration);
  }

  /**
   * @param seen this model, or what became of it
   * @param order what is to be done first
   * @throws UnsupportedModelException if parts of it are quantized
   */
  void refuseQuantized(Model seen, String order) {
    QuantizedParts parts = QuantizedParts.of(seen);
    if (!parts.isEmpty())
      throw new UnsupportedModelException(
          path,
          "it is quantized already (%s): %s; 'halftone dequantize' turns it back to float first"
              .formatted(kinds(parts), order));
  }

  private void requireChange(Plan plan, List<String> unmatched) {
    if (!plan.tensors().isEmpty() || plan.nodes().stream().anyMatch(Plan.NodePlan::quantized))
      return;
    QuantizedParts parts = QuantizedParts.of(model);
    if (!parts.isEmpty())
      throw new UnsupportedModelException(
          path,
          "it is quantized already (%s), and nothing else in it can be; 'halftone dequantize' turns"
                  .formatted(kinds(parts))
              + " it back to float first");
    String reasons =
        Stream.concat(
                unmatched.stream(),
                plan.nodes().stream()
                    .map(node -> "%s (%s) %s".formatted(node.name(), node.opType(), node.reason())))
            .limit(3)
            .collect(Collectors.joining("; "));
    throw new UnsupportedModelException(
        path,
        "nothing in it can be quantized as asked: "
            + (reasons.isEmpty() ? "it has no weights" + outsideFunctions() : reasons));
  }

  private String outsideFunctions() {
    return model.functions().isEmpty()
        ? ""
        : " outside functions of its own that are not looked into (%s)"
            .formatted(
                model.functions().stream()
                    .map(function -> function.domain() + "." + function.name())
                    .collect(Collectors.joining(", ")));
  }

  private Map<String, String> provenance(
      Model quantized, ResolvedRecipe recipe, @Nullable DataSet calibration) {
    Map<String, String> metadata = origin(quantized, calibration);
    metadata.put("halftone.recipe", RecipeYaml.of(recipe.recipe()));
    return metadata;
  }

  /** What is told of every file that is made from this one. */
  private Map<String, String> origin(Model made, @Nullable DataSet calibration) {
    Map<String, String> metadata = new LinkedHashMap<>(made.metadata());
    metadata.put("halftone.version", Halftone.version());
    metadata.put("halftone.input.sha256", file().sha256());
    if (calibration != null) {
      metadata.put("halftone.calibration.sha256", calibration.fingerprint());
      metadata.put("halftone.calibration.samples", Integer.toString(calibration.size()));
    }
    return metadata;
  }
}
