package dev.halftone.quantize.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.calibrate.Calibrator;
import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.data.DataRequest;
import dev.halftone.data.DataSet;
import dev.halftone.data.DataSets;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.plan.Quantized;
import dev.halftone.plan.StoredWeight;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.quantize.Quantizer;
import dev.halftone.quantize.RandomSamples;
import dev.halftone.quantize.StaticRecipe;
import dev.halftone.quantize.codes.Importance;
import dev.halftone.quantize.fold.Folding;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.runtime.Progress;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scales that are searched for least error weighed by the second moments of inputs. */
class WeightedErrorTest {
  private static final Path DATA =
      Path.of(
          System.getProperty("halftone.shared", Path.of("..", "..", "shared").toString()), "data");

  private static final Recipe INT4 =
      Judge.recipe(Mode.WEIGHTS, DType.INT4, new Granularity.PerBlock(32));

  private static Recipe searched(Recipe recipe, String search) {
    return recipe.withScales(ScaleSearch.parse(search), new ScaleStorage.Float32());
  }

  private static Quantized quantize(Model model, Recipe recipe, DataSet data) {
    return Quantizer.quantize(model, recipe, data, 2, Progress.NONE);
  }

  /** Channels of an image that differ in size a hundredfold, through all kinds of layers. */
  private static Model network() {
    Random random = new Random(3);
    float[] factors = new float[16];
    for (int i = 0; i < factors.length; i++) factors[i] = (float) Math.exp(random.nextGaussian());
    return new Graphs(1)
        .input("x", 1, 16, 8, 8)
        .constant("factors", Tensor.ofFloats(factors, 1, 16, 1, 1))
        .normal("w1", 0.2, 32, 16, 3, 3)
        .normal("w2", 0.2, 32, 16, 3, 3)
        .normal("w3", 0.2, 32, 48)
        .normal("w4", 0.2, 20, 48)
        .node("Mul", "x factors", "scaled")
        .node("Conv", "scaled w1", "c1")
        .node("Relu", "c1", "r1")
        .node("Conv", "r1 w2", "c2", "group", 2)
        .node("Relu", "c2", "r2")
        .node("GlobalAveragePool", "r2", "mean")
        .node("Flatten", "mean", "flat")
        .node("MatMul", "flat w3", "m")
        .node("Gemm", "m w4", "y", "transB", 1)
        .output("y")
        .model(17);
  }

  private static final DataSet IMAGES = RandomSamples.of(20, 1, 1, 16, 8, 8);

  @ParameterizedTest
  @ValueSource(strings = {"int4", "uint4", "int3", "int2"})
  void everyLayerOfANetworkLosesLessByItsOwnMeasure(String format) {
    Recipe recipe = recipe(format);
    assertThat(compare(network(), recipe, IMAGES)).isEqualTo(4);
  }

  private static Recipe recipe(String format) {
    Recipe int4 = INT4;
    return new Recipe(
        int4.mode(),
        WeightFormat.parse(format),
        int4.activations(),
        int4.granularity(),
        false,
        !format.startsWith("u"),
        false,
        false,
        false,
        true,
        int4.calibration(),
        List.of(),
        List.of(),
        false,
        int4.search(),
        int4.scales());
  }

  @Test
  void everyLayerOfResNet8LosesLessByItsOwnMeasure() {
    Path file = DATA.resolve("mlperf-tiny/resnet8_cifar10.onnx");
    Path images = DATA.resolve("cifar10/train.bin");
    assumeTrue(Files.exists(file), () -> "no " + file);
    assumeTrue(Files.exists(images), () -> "no " + images);
    Model model = OnnxReader.read(file);
    DataSet data =
        DataSets.open(
            new DataRequest(
                images.toString(), null, "0:40", null, 0, model.graph().requiredInputs(), 0));
    assertThat(compare(model, INT4, data)).isGreaterThanOrEqualTo(9);
  }

  /** Compares every layer that is multiplied with something, and counts them. */
  private static int compare(Model model, Recipe recipe, DataSet data) {
    Quantized plain = quantize(model, searched(recipe, "mse"), data);
    Quantized weighted = quantize(model, searched(recipe, "weighted-mse"), data);
    Model folded = Folding.fold(model);
    int layers = 0;
    for (Node node : folded.graph().nodes()) {
      Tensor weight = folded.graph().initializers().get(node.input(1));
      if (weight == null) continue;
      InputChannels input = InputChannels.of(node, 1, weight);
      if (input == null) continue;
      Importance importance = importance(folded, input, weight, data);
      double before = cost(plain, node.input(1), importance);
      double after = cost(weighted, node.input(1), importance);
      if (before == 0) continue;
      assertThat(after).as("%s %s", node.opType(), weight).isLessThan(before);
      layers++;
    }
    return layers;
  }

  private static Importance importance(
      Model model, InputChannels input, Tensor weight, DataSet data) {
    return input.importance(
        Objects.requireNonNull(
                Calibrator.calibrate(
                        model, Map.of(input.value(), input.request()), data, 1, Progress.NONE)
                    .statistics()
                    .get(input.value()))
            .channels(input.axis()),
        weight);
  }

  /** The weighted squared error of a weight; 0 when it was kept. */
  private static double cost(Quantized quantized, String name, Importance importance) {
    double cost = 0;
    for (StoredWeight stored : quantized.weights()) {
      if (!stored.name().equals(name)) continue;
      Tensor decoded = stored.decoded().get();
      for (int i = 0; i < stored.original().count(); i++) {
        double error = (double) stored.original().floatAt(i) - decoded.floatAt(i);
        cost += importance.at(i) * error * error;
      }
    }
    return cost;
  }

  @Test
  void staticModeWeighsErrorsToo() {
    Recipe recipe = new StaticRecipe().perTensor().build();
    Model model = network();
    Model folded = Folding.foldForProducts(model);
    Quantized plain = quantize(model, searched(recipe, "mse"), IMAGES);
    Quantized weighted = quantize(model, searched(recipe, "weighted-mse"), IMAGES);
    double before = 0;
    double after = 0;
    for (Node node : folded.graph().nodes()) {
      Tensor weight = folded.graph().initializers().get(node.input(1));
      InputChannels input = weight == null ? null : InputChannels.of(node, 1, weight);
      if (weight == null || input == null) continue;
      Importance importance = importance(folded, input, weight, IMAGES);
      before += cost(plain, node.input(1), importance);
      after += cost(weighted, node.input(1), importance);
    }
    assertThat(after).isLessThan(before);
  }

  @Test
  void withoutSamplesThereIsNoImportance() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightsMode.apply(network(), searched(INT4, "weighted-mse"), 1))
        .withMessageContaining("no samples");
  }

  @Test
  void nothingIsCalibratedThatNoRecipeAsksFor() {
    StatisticsSource none =
        (model, requests, data, threads, progress) -> {
          throw new AssertionError("calibrated " + requests);
        };
    Quantized plain =
        Quantizer.quantize(network(), searched(INT4, "mse"), IMAGES, none, 1, Progress.NONE);
    assertThat(plain.plan().warnings()).noneMatch(warning -> warning.contains("no activation"));
  }

  @Test
  void aWeightThatNothingIsMultipliedWithIsNamed() {
    Model model =
        new Graphs(2)
            .input("x", 1, 6, 32)
            .normal("left", 0.3, 64, 6)
            .normal("w", 0.3, 32, 40)
            .node("MatMul", "x w", "p")
            .node("MatMul", "left x", "y")
            .output("y")
            .output("p")
            .model(21);
    Quantized quantized =
        quantize(model, searched(INT4, "weighted-mse"), RandomSamples.of(4, 1, 1, 6, 32));
    assertThat(quantized.plan().warnings())
        .contains(
            "no activation is known that 1 weight is multiplied with: all errors count the same"
                + " there (left)");
  }

  @Test
  void threadsDoNotShow() {
    Recipe recipe = searched(INT4, "weighted-mse");
    Quantized one = Quantizer.quantize(network(), recipe, IMAGES, 1, Progress.NONE);
    Quantized many = Quantizer.quantize(network(), recipe, IMAGES, 5, Progress.NONE);
    for (int i = 0; i < one.weights().size(); i++) {
      assertThat(one.weights().get(i).decoded().get().sameAs(many.weights().get(i).decoded().get()))
          .isTrue();
    }
  }
}
