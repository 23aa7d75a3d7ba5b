package dev.halftone.quantize.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.graph.Model;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.quantize.codes.CodeFormat;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Encoder;
import dev.halftone.quantize.codes.IntegerGrid;
import dev.halftone.quantize.codes.ScaledNumbers;
import dev.halftone.quantize.codes.Scaling;
import dev.halftone.quantize.fold.Folding;
import dev.halftone.quantize.forms.Layouts;
import dev.halftone.quantize.forms.WeightUse;
import dev.halftone.quantize.forms.WeightUses;
import dev.halftone.recipe.Granularity;
import dev.halftone.scheme.CodebookSharing;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a search keeps of trained layers. Skipped where the models are not beside the project. */
class LayerSearchTest {
  private static final Path DATA =
      Path.of(
          System.getProperty("halftone.shared", Path.of("..", "..", "shared").toString()), "data");

  private static final List<CodebookSharing> SHARINGS =
      List.of(new CodebookSharing.Own(), new CodebookSharing.Group(16));

  @ParameterizedTest
  @CsvSource({"imagenet/squeezenet_fp32.onnx, 26", "mlperf-tiny/resnet8_cifar10.onnx, 10"})
  void noLayerGetsWorseAtFourBitsInBlocksOf32(String file, int least) throws IOException {
    Path path = DATA.resolve(file);
    assumeTrue(Files.exists(path), () -> "no " + path);
    Model model = Folding.fold(OnnxReader.read(path));
    int layers = 0;
    for (WeightUse use : WeightUses.of(model.graph())) {
      if (use.value().rank() < 2 || !use.value().dtype().isFloat()) continue;
      layers++;
      for (boolean symmetric : List.of(true, false)) {
        double plain = sqnr(use, symmetric, "absmax");
        assertThat(sqnr(use, symmetric, "mse"))
            .as("%s, symmetric %s", use.name(), symmetric)
            .isGreaterThanOrEqualTo(plain);
      }
    }
    assertThat(layers).isGreaterThanOrEqualTo(least);
  }

  @ParameterizedTest
  @CsvSource({"imagenet/squeezenet_fp32.onnx, 26", "mlperf-tiny/resnet8_cifar10.onnx, 10"})
  void noLayerGetsWorseByACodebookThatStartsAsFourBitIntegers(String file, int least)
      throws IOException {
    Path path = DATA.resolve(file);
    assumeTrue(Files.exists(path), () -> "no " + path);
    Model model = Folding.fold(OnnxReader.read(path));
    int layers = 0;
    for (WeightUse use : WeightUses.of(model.graph())) {
      layers++;
      for (String search : List.of("absmax", "mse")) {
        double integers = sqnr(use, new IntegerGrid(DType.INT4, true, false), search);
        for (CodebookSharing sharing : SHARINGS)
          assertThat(sqnr(use, ScaledNumbers.codebook(4, sharing), search))
              .as("%s, %s, %s", use.name(), search, sharing)
              .isGreaterThanOrEqualTo(integers);
      }
    }
    assertThat(layers).isGreaterThanOrEqualTo(least);
  }

  private static double sqnr(WeightUse use, boolean symmetric, String search) {
    return sqnr(
        use, new IntegerGrid(symmetric ? DType.INT4 : DType.UINT4, symmetric, false), search);
  }

  private static double sqnr(WeightUse use, CodeFormat grid, String search) {
    Scaling scaling = Scaling.of(ScaleSearch.parse(search), new ScaleStorage.Float32());
    CodeRequest request =
        Layouts.stored(use, grid, new Granularity.PerBlock(32)).request().with(scaling);
    float[] decoded = Encoder.encode(List.of(request), 2).getFirst().decoded().toFloats();
    double signal = 0;
    double noise = 0;
    for (int i = 0; i < decoded.length; i++) {
      double value = use.value().floatAt(i);
      signal += value * value;
      noise += (value - decoded[i]) * (value - decoded[i]);
    }
    return 10 * Math.log10(signal / noise);
  }
}
