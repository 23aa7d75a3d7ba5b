package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class GateTest {
  @Test
  void aDropOfExactlyTheLimitPasses() {
    Gate gate = new Gate(0.5);
    assertThat(gate.judge(Map.of("top1.reference", 98.5, "top1.quantized", 98.0)).passed())
        .isTrue();
    assertThat(gate.judge(Map.of("top1.reference", 98.5, "top1.quantized", 97.99)).passed())
        .isFalse();
  }

  @Test
  void aGainPasses() {
    assertThat(new Gate(0).judge(Map.of("auc.reference", 0.8, "auc.quantized", 0.9)).passed())
        .isTrue();
  }

  @Test
  void theMetricOfTheTaskComesBeforeAgreement() {
    Map<String, Double> metrics =
        Map.of("map.reference", 0.45, "map.quantized", 0.45, "agreement", 0.5);
    assertThat(new Gate(1).judge(metrics))
        .isEqualTo(
            new Gate.Verdict(true, "gate passed: map dropped by 0.00 points, allowed are 1.0"));
  }

  @Test
  void withoutLabelsAgreementCounts() {
    assertThat(new Gate(1).judge(Map.of("agreement", 0.98)))
        .isEqualTo(
            new Gate.Verdict(
                false, "gate missed: agreement dropped by 2.00 points, allowed are 1.0"));
  }

  @Test
  void whatIsNotANumberMisses() {
    assertThat(
            new Gate(50)
                .judge(Map.of("top1.reference", 90.0, "top1.quantized", Double.NaN))
                .passed())
        .isFalse();
    assertThat(new Gate(50).judge(Map.of("sqnr_db", 40.0)).passed()).isFalse();
  }
}
