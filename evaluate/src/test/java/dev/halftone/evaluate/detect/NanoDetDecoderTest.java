package dev.halftone.evaluate.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.data.Targets;
import dev.halftone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class NanoDetDecoderTest {
  private static final int WIDTH = 64;
  private static final int HEIGHT = 32;
  private static final int CLASSES = 3;
  private static final Targets.Area WHOLE = new Targets.Area(0, 0, WIDTH, HEIGHT);

  private final Map<Integer, float[]> scores = new LinkedHashMap<>();
  private final Map<Integer, float[]> distributions = new LinkedHashMap<>();

  NanoDetDecoderTest() {
    for (int stride : new int[] {8, 16, 32}) {
      scores.put(stride, new float[cells(stride) * CLASSES]);
      distributions.put(stride, new float[cells(stride) * 32]);
    }
  }

  private static int cells(int stride) {
    return WIDTH / stride * (HEIGHT / stride);
  }

  /** All weight of each side's distribution on one bin. */
  private void put(
      int stride, int cell, int category, float score, int left, int top, int right, int bottom) {
    scores.get(stride)[cell * CLASSES + category] = score;
    int[] bins = {left, top, right, bottom};
    for (int side = 0; side < 4; side++)
      distributions.get(stride)[cell * 32 + side * 8 + bins[side]] = 100;
  }

  private List<Detection> decode(Targets.Area photo, Map<String, String> options) {
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    scores.forEach(
        (stride, values) ->
            outputs.put("s" + stride, Tensor.ofFloats(values, 1, cells(stride), CLASSES)));
    distributions.forEach(
        (stride, values) ->
            outputs.put("d" + stride, Tensor.ofFloats(values, 1, cells(stride), 32)));
    return BoxDecoder.named("nanodet")
        .decode(new RawPrediction(outputs, WIDTH, HEIGHT, photo), options);
  }

  @Test
  void distancesAreCountedFromTheCellsCentre() {
    put(8, 8 + 3, 2, 0.9f, 1, 0, 2, 1); // column 3, row 1: centre (27.5, 11.5)
    assertThat(decode(WHOLE, Map.of()))
        .containsExactly(new Detection(2, 0.9f, 19.5f, 11.5f, 43.5f, 19.5f));
  }

  @Test
  void aDistanceIsTheMeanOfItsDistribution() {
    put(16, 5, 0, 0.9f, 0, 0, 0, 0); // column 1, row 1: centre (23.5, 23.5)
    float[] bins = distributions.get(16);
    bins[5 * 32] = 0;
    bins[5 * 32 + 1] = (float) Math.log(3);
    for (int bin = 2; bin < 8; bin++) bins[5 * 32 + bin] = -100;
    // Weights 1/4 and 3/4 on 0 and 1: three quarters of a stride.
    assertThat(decode(WHOLE, Map.of()).getFirst().left()).isCloseTo(23.5f - 12, within(1e-4f));
  }

  @Test
  void boxesAreClippedToThePhoto() {
    put(32, 1, 1, 0.9f, 7, 7, 7, 7);
    assertThat(decode(new Targets.Area(2, 3, 60, 30), Map.of()))
        .containsExactly(new Detection(1, 0.9f, 2, 3, 60, 30));
  }

  @Test
  void classesAreSuppressedApartAndWeakScoresLeftOut() {
    put(8, 0, 0, 0.9f, 1, 1, 1, 1);
    put(8, 0, 1, 0.8f, 1, 1, 1, 1);
    put(8, 1, 2, 0.05f, 1, 1, 1, 1);
    assertThat(decode(WHOLE, Map.of())).extracting(Detection::category).containsExactly(0, 1);
    assertThat(decode(WHOLE, Map.of("score", "0.85")))
        .extracting(Detection::category)
        .containsExactly(0);
  }

  @Test
  void refusesOptionsAndOutputsThatItDoesNotKnow() {
    assertThatThrownBy(() -> decode(WHOLE, Map.of("iou", "0.5")))
        .hasMessageContaining("no option \"iou\"");
    assertThatThrownBy(() -> decode(WHOLE, Map.of("score", "high")))
        .hasMessageContaining("score is \"high\"");
    assertThatThrownBy(
            () ->
                new NanoDetDecoder()
                    .decode(
                        new RawPrediction(
                            Map.of("y", Tensor.ofFloats(new float[6], 1, 2, 3)),
                            WIDTH,
                            HEIGHT,
                            WHOLE),
                        Map.of()))
        .hasMessageContaining("nanodet wants class scores");
  }
}
