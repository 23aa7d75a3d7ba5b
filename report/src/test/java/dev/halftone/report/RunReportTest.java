package dev.halftone.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.MalformedDataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RunReportTest {
  private static String run(String command, String more) {
    return """
    {"halftone": "1", "command": "%s", "model": {"path": "a/b.onnx", "bytes": 4000, "sha256": "x"}%s}
    """
        .formatted(command, more);
  }

  private static String page(String command, String more) {
    return RunReport.html(run(command, more), "run.json");
  }

  @Test
  void beginsWithTheVerdict() {
    String page =
        page(
            "evaluate",
            """
            , "metrics": {"bytes.reference": 4000, "bytes.quantized": 1000, "agreement": 0.985,
              "top1.reference": 99, "top1.quantized": 98.5, "top1.drop": 0.5,
              "top1.drop.low": -0.25, "top1.drop.high": 1.25,
              "latency_ms.reference": 3, "latency_ms.quantized": 1.5, "speedup": 2}
            """);
    assertThat(page)
        .contains(
            "<p class=\"verdict\">b.onnx takes 1.00 KB in place of 4.00 KB: 25.0 % of the size."
                + " Its accuracy falls by 0.50 points, from 99.00 % to 98.50 %"
                + " (95 % interval of the change: −1.25 to +0.25 points)."
                + " 98.5 % of its answers are those of the original."
                + " It runs 2 times as fast: 1.50 ms in place of 3 ms.</p>");
  }

  @Test
  void namesTheLayerThatMakesMostNoise() {
    String page =
        page(
            "compare",
            """
            , "layers": [
              {"name": "conv1", "op": "Conv", "value": "v1", "sqnr_db": 40, "own_noise": 0.001},
              {"name": "", "op": "Add", "value": "v2", "sqnr_db": 20, "own_noise": 0.02},
              {"name": "fc", "op": "Gemm", "value": "v3", "sqnr_db": 21.5, "own_noise": 0}]
            """);
    assertThat(page)
        .contains("Most noise is made by v2 (Add): 2.00 % of the energy")
        .contains("The last value, fc, has a signal-to-noise ratio of 21.5 dB.")
        .contains("aria-label=\"Own noise in per cent; most: v2 2, conv1 0.100\"")
        .contains("{\"id\":\"chart-errors\",\"kind\":\"bars\",\"unit\":\"%\"")
        .contains("\"names\":[\"conv1\",\"v2\",\"fc\"],\"values\":[0.1,2.0,0.0]");
  }

  @Test
  void joinsTheFormatsThatNoOtherBeats() {
    String page =
        page(
            "sweep",
            """
            , "sweep": [
              {"format": "int8", "metrics": {"size.ratio": 0.26, "agreement": 1}},
              {"format": "int4", "metrics": {"size.ratio": 0.15, "agreement": 0.99}},
              {"format": "nf4", "metrics": {"size.ratio": 0.16, "agreement": 0.98}},
              {"format": "fp16", "reason": "it is in fp16 already"}]
            """);
    assertThat(page)
        .contains(
            "3 of 4 formats could be done. The smallest that keeps 99 % of the answers is int4")
        .contains("{\"name\":\"int4\",\"x\":15.0,\"y\":0.99,\"front\":true,\"speed\":null}")
        .contains("{\"name\":\"nf4\",\"x\":16.0,\"y\":0.98,\"front\":false,\"speed\":null}")
        .contains("it is in fp16 already");
  }

  @Test
  void tellsTheSpeedOfEachFormat() {
    String page =
        page(
            "sweep",
            """
            , "sweep": [
              {"format": "int8", "metrics": {"size.ratio": 0.25, "agreement": 1, "speedup": 1.5}},
              {"format": "uint8", "metrics": {"size.ratio": 0.25, "agreement": 0.9, "speedup": 2}},
              {"format": "fp16", "metrics": {"size.ratio": 0.5, "agreement": 1, "speedup": 0.5}}]
            """);
    assertThat(page)
        .contains("int8 25 % and 1, 1.50 times as fast; uint8 25 % and 0.900, 2 times as fast")
        .contains("\"front\":false,\"speed\":2.0}")
        .containsPattern(">int8</th>.*>in size and worth</td>")
        .containsPattern(">uint8</th>.*>for its speed</td>")
        .containsPattern(">fp16</th>.*>0.500</td><td></td>");
  }

  private static final String GATES =
      """
      , "warnings": ["gate --min-sqnr missed: SQNR is 9 dB, at least 20 dB are asked for; the result was not kept", "other"],
      "gates": [{"gate": "max-drop", "limit": 0.5, "found": 0.25, "passed": true, "reason": "top1 dropped by 0.25 points, allowed are 0.5"},
       {"gate": "min-sqnr", "limit": 20, "found": 9, "passed": %s, "reason": "SQNR is 9 dB, at least 20 dB are asked for"}]
      """;

  @Test
  void beginsWithTheGatesThatWereMissed() {
    String page = page("quantize", GATES.formatted(false));
    assertThat(page)
        .contains(
            "<p class=\"verdict\" data-gates=\"missed\">It missed 1 of 2 gates: SQNR is 9 dB, at"
                + " least 20 dB are asked for. The result was not kept.")
        .contains("<ul><li>other</li></ul>")
        .contains(
            "<strong>passed</strong> --max-drop: top1 dropped by 0.25 points, allowed are 0.5")
        .contains("<strong>missed</strong> --min-sqnr: SQNR is 9 dB, at least 20 dB are asked for");
  }

  @Test
  void beginsWithTheGatesThatWerePassed() {
    assertThat(page("evaluate", GATES.formatted(true)))
        .contains("<p class=\"verdict\" data-gates=\"passed\">It passed all of its 2 gates.");
  }

  @Test
  void letsNoNameOutOfItsPlace() {
    String name = "</script><script>alert(1)</script>\\\"'&\\u0000";
    String page =
        page(
            "compare",
            """
            , "warnings": ["%1$s"],
            "layers": [{"name": "%1$s", "op": "Conv", "value": "v", "sqnr_db": 1, "own_noise": 0.5}]
            """
                .formatted(name));
    assertThat(page).doesNotContain("<script>alert").doesNotContain("\u0000");
    assertThat(page)
        .contains("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;");
    assertThat(page).contains("\\u003c/script>");
  }

  @Test
  void asksTheNetworkForNothing() {
    String page = page("evaluate", ", \"tensors\": [{\"name\": \"w\", \"type\": \"int4\"}]");
    String markup = page.replaceAll("(?s)<script[^>]*>.*?</script>", "");
    assertThat(markup).contains("default-src 'none'").doesNotContain(" src=", "<link", "://");
  }

  @Test
  void staysSmallForABigNetwork() {
    StringBuilder layers = new StringBuilder(", \"layers\": [");
    for (int i = 0; i < 300; i++) {
      layers.append(i == 0 ? "" : ",");
      layers.append(
          """
          {"name": "/model/layers.%d/self_attn/q_proj/MatMul", "op": "MatMul", "value": "value_%d",
          "counterpart": "value_%d_q", "sqnr_db": 35.123456789, "cosine": 0.99987654321,
          "max_abs_difference": 0.123456789, "own_noise": 0.000123456789, "not_finite": 0}
          """
              .formatted(i, i, i));
    }
    assertThat(page("compare", layers + "]").length()).isLessThan(3_000_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{                                                         | run.json at line ",
        "[]                                                        | run.json: not the JSON of a"
            + " run",
        "{\"command\": \"sweep\"}                                  | run.json: not the JSON of a"
            + " run",
        "{\"halftone\": \"1\", \"command\": 3}                     | run.json at command: expected"
            + " text, found number",
        "{\"halftone\": \"1\", \"command\": \"x\", \"metrics\": 3} | run.json at metrics: expected"
            + " an object, found number",
        "{\"halftone\": \"1\", \"command\": \"x\", \"metrics\": {\"a\": \"b\"}} | run.json at"
            + " metrics.a: expected a number, found string",
        "{\"halftone\": \"1\", \"command\": \"x\", \"layers\": [1]}  | run.json at layers[0]:"
            + " expected an object, found number",
        "{\"halftone\": \"1\", \"command\": \"x\", \"sweep\": {}}  | run.json at sweep: expected a"
            + " list, found object",
        "{\"halftone\": \"1\", \"command\": \"x\", \"training\": {\"curve\": [2]}} | run.json at"
            + " training.curve[0]: expected an object, found number",
        "{\"halftone\": \"1\", \"command\": \"x\", \"sweep\": [{\"execution\": 1}]} | run.json at"
            + " sweep[0].execution: expected a list, found number",
        "{\"halftone\": \"1\", \"command\": \"x\", \"layer_errors\": [{\"weight_histogram\":"
            + " {\"before\": [1], \"after\": [1], \"from\": 1}}]} | run.json at"
            + " layer_errors[0].weight_histogram: bins from 1.0 to NaN",
        "{\"halftone\": \"1\", \"command\": \"x\", \"gates\": [7]} | run.json at gates[0]:"
            + " expected an object, found number",
        "{\"halftone\": \"1\", \"command\": \"x\", \"gates\": [{\"gate\": \"x\", \"passed\":"
            + " \"no\"}]} | run.json at gates[0].passed: expected true or false, found string",
        "{\"halftone\": \"1\", \"command\": \"x\", \"gates\": [{\"passed\": true}]} | run.json at"
            + " gates[0].gate: expected text, found missing",
        "{\"halftone\": \"1\", \"command\": \"x\", \"model\": []}  | run.json at model: expected an"
            + " object, found array"
      })
  void saysWhereAFileIsNoRun(String json, String message) {
    assertThatThrownBy(() -> RunReport.html(json, "run.json"))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void hasAWordForARunThatMeasuredNothing() {
    assertThat(page("inspect", "")).contains("This run of inspect measured nothing to judge by.");
  }

  @Test
  void tellsHowOnnxRuntimeRunsNodes() {
    String page =
        RunReport.html(
            """
            {"halftone": "1", "command": "quantize",
             "layers": [{"name": "a", "op": "Conv", "quantized": true}, {"name": "b", "op": "Tan", "quantized": true},
               {"name": "c", "op": "Relu", "quantized": true}],
             "runtime": [{"name": "a", "op": "Conv", "integer": true, "runs_as": "QLinearConv"},
               {"name": "b", "op": "Tan", "integer": false, "runs_as": "Tan", "reason": "no integer kernel"},
               {"name": "c", "op": "Relu", "integer": false}]}
            """,
            "run.json");
    assertThat(page)
        .contains(
            "3 of 3 nodes are quantized. Of those that ONNX Runtime executes by themselves on this"
                + " machine, 1 of 2 run on integers.",
            "integers: QLinearConv",
            "float: Tan",
            "no integer kernel",
            "merged into another");
  }

  @Test
  void showsTheWorstSamplesAndTheAnswersThatChanged() {
    String page =
        RunReport.html(
            """
            {"halftone": "1", "command": "evaluate", "samples": {"changed_count": 2,
              "worst": [
                {"row": 7, "sqnr_db": 3.5, "label": 4, "reference": {"index": 4, "value": 0.75}, "quantized": {"index": 1, "value": 0.5},
                 "preview": {"width": 2, "height": 1, "png": "AAAA"}},
                {"row": 8, "sqnr_db": 4, "preview": {"text": "<b>bold</b>"}},
                {"row": 9, "sqnr_db": 5, "preview": {"wave": [0, 0.5, 1]}}],
              "changed": [{"row": 7, "sqnr_db": 3.5, "reference": {"index": 4, "value": 0.75}, "quantized": {"index": 1, "value": 0.5}}]}}
            """,
            "run.json");
    assertThat(page)
        .contains(
            "src=\"data:image/png;base64,AAAA\" alt=\"Sample 7\"",
            "original: class 4 (0.750)<br>this model: class 1 (0.500)<br>right: class 4",
            "<blockquote>&lt;b&gt;bold&lt;/b&gt;</blockquote>",
            "aria-label=\"Sound of sample 9, loudest 1\"",
            "M2.5 0.5V39.5",
            "2 answers changed; the first 1 follow.",
            "Answers that changed");
  }

  @Test
  void aPictureThatIsNoBase64IsRefused() {
    assertThatThrownBy(
            () ->
                RunReport.html(
                    """
                    {"halftone": "1", "command": "evaluate", "samples": {"worst": [
                      {"row": 1, "sqnr_db": 1, "preview": {"png": "x\\" onerror=\\""}}]}}
                    """,
                    "run.json"))
        .hasMessageContaining("samples.worst[0].preview.png: not Base64");
  }

  @Test
  void showsWhatWasTakenFromEachLayer() {
    String page =
        RunReport.html(
            """
            {"halftone": "1", "command": "prune", "layers": [
              {"name": "a", "op": "Conv", "pruned": true, "weights": 400, "zeros": 300},
              {"name": "b", "op": "Gemm", "pruned": false, "weights": 100, "zeros": 0, "reason": "it is the last"}]}
            """,
            "run.json");
    assertThat(page)
        .contains(
            "aria-label=\"300 of 500 weights are gone, in 1 layer.\"",
            "data-value=\"75.0\"",
            "it is the last",
            "Zero now");
  }
}
