package dev.halftone.toolkit;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import dev.halftone.plan.Plan;
import dev.halftone.quantize.fold.Folding;
import dev.halftone.quantize.fold.FunctionCalls;
import dev.halftone.quantize.half.Widening;
import dev.halftone.quantize.qdq.StaticDraft;
import dev.halftone.quantize.qdq.StaticMode;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.train.Demands;
import dev.halftone.train.DivergedException;
import dev.halftone.train.FileDifference;
import dev.halftone.train.TrainOptions;
import dev.halftone.train.Trainer;
import dev.halftone.train.Training;
import dev.halftone.train.fake.FakeQuantized;
import dev.halftone.train.function.TorchGraph;
import dev.halftone.train.operator.Operators;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A model that was trained to be quantized and is not on disk yet. Immutable. */
public final class TrainedModel {
  /** Another one where the same options have another loss: no checkpoint goes on across that. */
  private static final String LOSS = "2";

  private final OpenModel source;
  private final @Nullable OpenModel teacher;
  private final ResolvedRecipe recipe;
  private final TrainOptions options;
  private final DataSet data;
  private final Plan plan;
  private final FakeQuantized fake;
  private final Model model;
  private final Training training;
  private final @Nullable DivergedException failure;

  private TrainedModel(
      OpenModel source,
      @Nullable OpenModel teacher,
      ResolvedRecipe recipe,
      TrainOptions options,
      DataSet data,
      Plan plan,
      FakeQuantized fake,
      Training training,
      @Nullable DivergedException failure) {
    this.source = source;
    this.teacher = teacher;
    this.recipe = recipe;
    this.options = options;
    this.data = data;
    this.plan = plan;
    this.fake = fake;
    this.training = training;
    this.failure = failure;
    Model exported = fake.export(training.parameters());
    this.model = exported.withMetadata(provenance(exported));
  }

  /**
   * Quantizes the model and trains what it rounds. A training whose loss is no number any more
   * stops; {@link #failure} says so then, and what was best before is there.
   *
   * @param teacher the model to imitate, of the same inputs and outputs; null for the source itself
   * @param checkpoint written after each epoch and gone on from when it is there, or null
   * @param threads samples calibrated at the same time; the result does not depend on it
   * @throws UnsupportedModelException if a model has operators that cannot be trained, as quantized
   *     ones have, if the source has nothing that can be quantized, or if it does not go with the
   *     teacher or the data
   */
  public static TrainedModel train(
      OpenModel source,
      @Nullable OpenModel teacher,
      TrainRequest request,
      DataSet data,
      TrainOptions options,
      @Nullable Path checkpoint,
      int threads,
      Progress progress,
      Trainer.Listener listener) {
    ResolvedRecipe recipe = request.recipe();
    Model folded = trainable(source);
    Model wanted = teacher == null ? null : trainable(teacher);
    try {
      Demands.check(folded, wanted == null ? folded : wanted, data, options);
      List<String> unmatched = UnmatchedPatterns.of(request, source.model(), folded);
      StaticDraft draft =
          StaticMode.draft(folded, recipe.recipe(), data, StatisticsSource.RUN, threads, progress);
      FakeQuantized fake = FakeQuantized.of(draft);
      requireLoads(fake.untrained());
      String run = checkpoint == null ? "" : run(source, teacher, recipe, data, options);
      Model imitated = wanted == null ? fake.floats() : wanted;
      try (Trainer trainer = new Trainer(fake, imitated, data, options)) {
        Training training;
        DivergedException failure = null;
        try {
          training = trainer.train(checkpoint, run, listener);
        } catch (DivergedException e) {
          training = e.soFar();
          failure = e;
        }
        Plan plan = draft.plan().withWarnings(unmatched);
        return new TrainedModel(
            source, teacher, recipe, options, data, plan, fake, training, failure);
      }
    } catch (UnsupportedModelException e) {
      throw new UnsupportedModelException(source.path(), String.valueOf(e.getMessage()));
    }
  }

  /** Of what training may take hours to, and changes nothing but numbers of. */
  private static void requireLoads(Model untrained) {
    try {
      RunnableModel.open(untrained, List.of(), RunOptions.deployed().unpacked()).close();
    } catch (UnsupportedModelException e) {
      throw new UnsupportedModelException(
          "training", "what would be made of it does not load: " + e.getMessage());
    }
  }

  /** The folded model, of operators that gradients pass. */
  private static Model trainable(OpenModel model) {
    Model folded = model.named(() -> folded(model.model()));
    if (!Operators.refusals(folded.graph(), folded.opset()).isEmpty())
      model.refuseQuantized(folded, "training rounds floats");
    return model.named(
        () -> {
          TorchGraph.refuseUnsupported(folded);
          return folded;
        });
  }

  private static Model folded(Model model) {
    return Folding.foldForProducts(Widening.toFloat32(FunctionCalls.inline(model)));
  }

  /** What tells this training from others. */
  private static String run(
      OpenModel source,
      @Nullable OpenModel teacher,
      ResolvedRecipe recipe,
      DataSet data,
      TrainOptions options) {
    return String.join(
        "\n",
        LOSS,
        ModelFile.sha256OfAll(source.path()),
        teacher == null ? "" : ModelFile.sha256OfAll(teacher.path()),
        data.contents(),
        RecipeYaml.of(recipe.recipe()),
        options.toString());
  }

  private Map<String, String> provenance(Model trained) {
    Map<String, String> metadata = new LinkedHashMap<>(trained.metadata());
    metadata.put("halftone.version", Halftone.version());
    metadata.put("halftone.recipe", RecipeYaml.of(recipe.recipe()));
    metadata.put("halftone.input.sha256", source.file().sha256());
    metadata.put("halftone.training", options.toString());
    if (teacher != null) metadata.put("halftone.teacher.sha256", teacher.file().sha256());
    metadata.put("halftone.training.epoch", Integer.toString(training.best()));
    metadata.put("halftone.training.sha256", data.fingerprint());
    metadata.put("halftone.training.samples", Integer.toString(data.size()));
    return metadata;
  }

  public OpenModel source() {
    return source;
  }

  /** What was imitated, or null when it was the source. */
  public @Nullable OpenModel teacher() {
    return teacher;
  }

  public ResolvedRecipe recipe() {
    return recipe;
  }

  public TrainOptions options() {
    return options;
  }

  /** Where it is quantized and where not. */
  public Plan plan() {
    return plan;
  }

  /** The best epoch and the curve. */
  public Training training() {
    return training;
  }

  /** Why training stopped early, or null when it did not. */
  public @Nullable DivergedException failure() {
    return failure;
  }

  public Model model() {
    return model;
  }

  /**
   * Writes the model beside its final name and moves it into place; nothing is left behind when
   * that fails.
   *
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public SavedModel save(Path out, ExternalData externalData) {
    StagedOutput.refuseSame(source.path(), out);
    OnnxWriter.write(model, out, externalData);
    return new SavedModel(source, ModelFile.of(out));
  }

  /** How far what the saved file computes is from what was trained, on some of the samples. */
  public FileDifference difference(SavedModel saved) {
    Model written = OnnxReader.read(saved.file().path());
    return FileDifference.of(fake, training.parameters(), written, data);
  }
}
