package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.cli.Gate.MaxDrop;
import dev.halftone.cli.Gate.MaxLatencyRatio;
import dev.halftone.cli.Gate.MinAgreement;
import dev.halftone.cli.Gate.MinSqnr;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateTest {
  @Test
  void aDropOfExactlyTheLimitPasses() {
    Gate gate = new MaxDrop(0.5);
    assertThat(gate.judge(Map.of("top1.reference", 98.5, "top1.quantized", 98.0)).passed())
        .isTrue();
    assertThat(gate.judge(Map.of("top1.reference", 98.5, "top1.quantized", 97.99)).passed())
        .isFalse();
  }

  @Test
  void aGainPasses() {
    assertThat(new MaxDrop(0).judge(Map.of("auc.reference", 0.8, "auc.quantized", 0.9)).passed())
        .isTrue();
  }

  @Test
  void theMetricOfTheTaskComesBeforeAgreement() {
    Map<String, Double> metrics =
        Map.of("map.reference", 0.45, "map.quantized", 0.45, "agreement", 0.5);
    assertThat(new MaxDrop(1).judge(metrics).text())
        .isEqualTo("gate --max-drop passed: map dropped by 0 points, allowed are 1");
  }

  @Test
  void withoutLabelsAgreementCounts() {
    assertThat(new MaxDrop(1).judge(Map.of("agreement", 0.98)).text())
        .isEqualTo("gate --max-drop missed: agreement dropped by 2 points, allowed are 1");
  }

  @ParameterizedTest
  @CsvSource({
    "0.99, 0.99, true",
    "0.99, 0.9899, false",
    "1, 1, true",
    "0, 0, true",
    "0.9, NaN, false"
  })
  void agreement(double limit, double found, boolean passed) {
    assertThat(new MinAgreement(limit).judge(Map.of("agreement", found)).passed())
        .isEqualTo(passed);
  }

  @Test
  void anAgreementOfThirdsIsTold() {
    assertThat(new MinAgreement(0.99).judge(Map.of("agreement", 2 / 3.0)).text())
        .isEqualTo(
            "gate --min-agreement missed: agreement is 0.666667, at least 0.99 is asked for");
  }

  @ParameterizedTest
  @CsvSource({"30, 30, true", "30, 29.99, false", "-5, -4, true", "30, NaN, false"})
  void sqnr(double limit, double found, boolean passed) {
    assertThat(new MinSqnr(limit).judge(Map.of("sqnr_db", found)).passed()).isEqualTo(passed);
  }

  /** A speed-up of 2 is a ratio of a half. */
  @ParameterizedTest
  @CsvSource({"0.5, 2, true", "0.5, 1.99, false", "1, 1, true", "1, 0.9, false", "1, NaN, false"})
  void latency(double limit, double speedup, boolean passed) {
    assertThat(new MaxLatencyRatio(limit).judge(Map.of("speedup", speedup)).passed())
        .isEqualTo(passed);
  }

  @Test
  void whatWasNotMeasuredMisses() {
    for (Gate gate :
        List.of(new MaxDrop(1), new MinAgreement(0), new MinSqnr(-200), new MaxLatencyRatio(9))) {
      Verdict verdict = gate.judge(Map.of());
      assertThat(verdict.passed()).isFalse();
      assertThat(verdict.text()).contains(gate.option() + " missed: no ", "was measured");
      assertThat(verdict.fields()).doesNotContainKey("found").containsEntry("passed", false);
    }
  }

  @Test
  void whatIsNotANumberMisses() {
    assertThat(
            new MaxDrop(50)
                .judge(Map.of("top1.reference", 90.0, "top1.quantized", Double.NaN))
                .passed())
        .isFalse();
    assertThat(new MaxDrop(50).judge(Map.of("sqnr_db", 40.0)).passed()).isFalse();
  }

  @Test
  void theSummaryIsOneLineWithAllThatCounts() {
    Map<String, Double> metrics =
        Map.of(
            "size.ratio", 0.2731,
            "top1.reference", 98.3,
            "top1.quantized", 96.1,
            "agreement", 0.97,
            "sqnr_db", 24.13,
            "speedup", 1.588);
    Path file = Path.of("folder", "m.onnx");
    Judgement judgement =
        Judgement.of(
            file, List.of(new MaxDrop(0.5), new MinSqnr(30), new MinAgreement(0)), metrics);
    assertThat(judgement.summary(metrics))
        .isEqualTo(
            "m.onnx missed --max-drop 0.5, --min-sqnr 30 of 3 gates; size 27.31 %, top1 98.3 →"
                + " 96.1, agreement 97.00 %, SQNR 24.1 dB, 1.59 times as fast");
    assertThat(Judgement.of(file, List.of(new MinSqnr(20)), metrics).summary(Map.of()))
        .isEqualTo("m.onnx passed 1 gate");
    assertThat(judgement.missed()).hasSize(2);
    assertThat(judgement.exitCode()).isEqualTo(4);
  }
}
