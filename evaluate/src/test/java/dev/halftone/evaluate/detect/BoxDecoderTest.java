package dev.halftone.evaluate.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.data.Targets;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A decoder that does not come with Halftone: each row of six values is a box. */
class BoxDecoderTest {
  /** Listed in the services of these tests. */
  public static final class RowDecoder implements BoxDecoder {
    @Override
    public String name() {
      return "rows";
    }

    @Override
    public List<Detection> decode(RawPrediction prediction, Map<String, String> options) {
      float least = Float.parseFloat(options.getOrDefault("score", "0"));
      float[] values = prediction.outputs().values().iterator().next().toFloats();
      List<Detection> boxes = new ArrayList<>();
      for (int i = 0; i < values.length; i += 6) {
        if (values[i + 1] >= least)
          boxes.add(
              new Detection(
                  (int) values[i],
                  values[i + 1],
                  values[i + 2],
                  values[i + 3],
                  values[i + 4],
                  values[i + 5]));
      }
      return boxes;
    }
  }

  @Test
  void aPluggedInDecoderIsFoundByName() {
    Tensor rows = Tensor.ofFloats(new float[] {1, 0.9f, 0, 0, 5, 5, 2, 0.1f, 1, 1, 2, 2}, 1, 2, 6);
    RawPrediction prediction =
        new RawPrediction(Map.of("y", rows), 8, 8, new Targets.Area(0, 0, 8, 8));
    assertThat(BoxDecoder.named("rows").decode(prediction, Map.of("score", "0.5")))
        .containsExactly(new Detection(1, 0.9f, 0, 0, 5, 5));
  }

  @Test
  void namesThoseThereAre() {
    assertThatThrownBy(() -> BoxDecoder.named("yolo"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no box decoder \"yolo\", there is nanodet, rows");
  }
}
