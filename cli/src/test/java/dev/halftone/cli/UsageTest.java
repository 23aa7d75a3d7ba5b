package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.toolkit.Halftone;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class UsageTest {
  static Set<String> commands() {
    return Main.commandLine().getSubcommands().keySet();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelpWithExamples(String command) {
    CommandRun run = CommandRun.of(command, "--help");
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains(
            "Usage: halftone " + command, "--json", "--threads", "--seed", "--quiet", "Examples:");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void helpListsTheCommands() {
    CommandRun run = CommandRun.of("--help");
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("quantize", "evaluate", "130 cancelled")
        .doesNotContainPattern("(?m)^  (tune) ");
  }

  @Test
  void versionIsKnown() {
    CommandRun run = CommandRun.of("--version");
    assertThat(run.code()).isZero();
    assertThat(run.out().strip()).isEqualTo("halftone " + Halftone.version()).doesNotContain("$");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      emptyValue = "",
      value = {
        "\"\"                                            | a command is missing",
        "quantise                                        | 'quantise'",
        "quantize                                        | Missing required parameter: 'MODEL'",
        "quantize m.onnx                                 | -o OUT is missing",
        "quantize m.onnx -o o.onnx --colour red          | --colour",
        "quantize m.onnx -o o.onnx --mode magic          | 'magic' is not one of static, dynamic,"
            + " weights, fp16, bf16",
        "quantize m.onnx -o o.onnx --format paper        | 'paper' is not one of qdq, qoperator",
        "quantize m.onnx -o o.onnx --weights int9        | 'int9' is not one of int2, uint2, int3,"
            + " int4, uint4",
        "quantize m.onnx -o o.onnx --activations int4    | 'int4' is not one of uint8, int8,"
            + " uint16, int16",
        "quantize m.onnx -o o.onnx --granularity block:0 | 'block:0' is not tensor, channel,"
            + " block:N or block:RxC",
        "quantize m.onnx -o o.onnx --calibration best    | 'best' is not one of minmax,"
            + " moving-average, percentile[:P], entropy, mse, lp[:P], tf-enhanced, sigma[:K]",
        "quantize m.onnx -o o.onnx --calibration percentile:7 | percentile 7 is not over 50 and up"
            + " to 100",
        "quantize m.onnx -o o.onnx --max-drop 1          | --max-drop needs --data or --eval-data",
        "quantize m.onnx -o o.onnx --data d --max-drop -1 | --max-drop -1.0",
        "quantize m.onnx -o o.onnx --threads 0           | --threads 0: at least 1 is needed",
        "evaluate m.onnx                                 | --data is missing",
        "evaluate m.onnx --data d --max-drop 1           | --max-drop needs --reference",
        "evaluate m.onnx --data d --max-latency-ratio 1  | --max-latency-ratio needs --reference",
        "evaluate m.onnx --data d --min-agreement 99     | --min-agreement 99.0: a share between",
        "evaluate m.onnx --data d --min-sqnr NaN         | --min-sqnr NaN: a number of dB",
        "evaluate m.onnx --data d --max-latency-ratio -1 | --max-latency-ratio -1.0: 0 or more",
        "evaluate m.onnx --data d --no-latency --max-latency-ratio 1 | contradict each other",
        "evaluate m.onnx --reference r.onnx --data d --junit j.xml   | --junit tells of gates",
        "compare a.onnx b.onnx --data d --junit j.xml    | --junit tells of gates",
        "quantize m.onnx -o o.onnx --min-sqnr 9          | --min-sqnr needs --data",
        "dequantize m.onnx                               | Missing required option: '--output=OUT'",
        "compare a.onnx                                  | Missing required parameter: 'MODEL'",
        "compare a.onnx b.onnx                           | --data is missing"
      })
  void wrongUsageIsOneOrTwoLinesAndCodeTwo(String line, String message) {
    CommandRun run =
        CommandRun.of((Object[]) (line.isBlank() ? new String[0] : line.strip().split(" +")));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(message).doesNotContain("\tat ");
    assertThat(run.err().lines()).hasSizeBetween(1, 2);
  }
}
