package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
  @ParameterizedTest
  @CsvSource({"0, 0 bytes", "999, 999 bytes", "1000, 1.00 KB", "12345, 12.3 KB", "999999, 1.00 MB", "365000000, 365 MB", "2500000000, 2.50 GB"})
  void bytesAreDecimal(double bytes, String text) {
    assertThat(Text.bytes(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0, 0.00", "0.01234, 0.01234", "1.5, 1.50", "12.34, 12.3", "1234.6, 1235", "NaN, NaN"})
  void decimalsHaveThreeDigits(double value, String text) {
    assertThat(Text.decimal(value)).isEqualTo(text);
  }

  @Test
  void metricsAreShownOnceEach() {
    Map<String, Double> metrics =
        Map.of(
            "bytes.reference", 4e6, "bytes.quantized", 1e6, "size.ratio", 0.25, "top1.reference", 0.9891, "top1.quantized", 0.9890, "agreement",
            0.9996, "latency_ms.reference", 2.0, "latency_ms.quantized", 1.0, "speedup", 2.0);
    assertThat(MetricText.lines(metrics, 1))
        .containsExactly(
            "  size       4.00 MB → 1.00 MB (25.00 %)",
            "  latency    2.00 ms → 1.00 ms with 1 thread (2.00 ×)",
            "  top1       98.91 % → 98.90 %",
            "  agreement  99.96 %");
  }
}
