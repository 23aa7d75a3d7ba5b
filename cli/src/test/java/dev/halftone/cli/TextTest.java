package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 bytes",
    "999, 999 bytes",
    "1000, 1.00 KB",
    "12345, 12.3 KB",
    "999999, 1.00 MB",
    "365000000, 365 MB",
    "2500000000, 2.50 GB"
  })
  void bytesAreDecimal(double bytes, String text) {
    assertThat(Text.bytes(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.00",
    "0.01234, 0.01234",
    "1.5, 1.50",
    "12.34, 12.3",
    "1234.6, 1235",
    "9828953769729212000000000000000, 9.83e+30",
    "NaN, NaN"
  })
  void decimalsHaveThreeDigits(double value, String text) {
    assertThat(Text.decimal(value)).isEqualTo(text);
  }

  @Test
  void metricsAreShownOnceEach() {
    Map<String, Double> metrics =
        new TreeMap<>(Map.of("bytes.reference", 4e6, "bytes.quantized", 1e6, "size.ratio", 0.25));
    metrics.putAll(
        Map.of(
            "top1.reference",
            98.91,
            "top1.reference.low",
            98.7,
            "top1.reference.high",
            99.1,
            "top1.quantized",
            98.9));
    metrics.putAll(
        Map.of("top1.drop", 0.01, "top1.drop.low", -0.2, "top1.drop.high", 0.22, "mcnemar_p", 1.0));
    metrics.putAll(
        Map.of(
            "agreement",
            0.9996,
            "sqnr_db",
            31.25,
            "latency_ms.reference",
            2.0,
            "latency_ms.quantized",
            1.0,
            "speedup",
            2.0));
    metrics.putAll(
        Map.of("auc", 0.8486, "seconds.total", 1.5, "peak_rss_bytes", 3e8, "perplexity", 4.6191));
    assertThat(MetricText.lines(metrics, 1))
        .containsExactly(
            "  size       4.00 MB → 1.00 MB (25.00 %)",
            "  auc        0.8486",
            "  top1       98.91 % [98.70, 99.10] → 98.90 %",
            "             dropped by 0.01 points [-0.20, 0.22], McNemar p = 1.00",
            "  agreement  99.96 % of the answers, SQNR 31.3 dB",
            "  latency    2.00 ms → 1.00 ms with 1 thread, 2.00 times as fast",
            "  perplexity 4.62",
            "  took       1.50 s, at most 300 MB of memory");
  }
}
