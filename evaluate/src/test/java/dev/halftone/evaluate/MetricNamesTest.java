package dev.halftone.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MetricNamesTest {
  @Test
  void everyNameAndEndingHasAMeaning() {
    assertThat(MetricNames.meaning("top1.drop.low"))
        .contains("percent", "reference minus quantized", "lower end");
    assertThat(MetricNames.meaning("size.ratio")).startsWith("bytes of the quantized");
    assertThat(MetricNames.meaning("latency_ms.reference")).endsWith("of the reference");
    assertThat(MetricNames.meaning("top1.nonsense")).isNull();
    assertThat(MetricNames.meaning("nonsense")).isNull();
  }

  @Test
  void differencesAreInPoints() {
    assertThat(MetricNames.points("top1", 0.5)).isEqualTo(0.5);
    assertThat(MetricNames.points("auc", 0.005)).isCloseTo(0.5, within(1e-12));
    assertThat(MetricNames.points("map.drop", 0.01)).isCloseTo(1, within(1e-12));
    assertThat(MetricNames.points("agreement", 0.02)).isCloseTo(2, within(1e-12));
  }
}
