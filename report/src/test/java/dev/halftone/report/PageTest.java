package dev.halftone.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page as a person has it, in Chromium. */
final class PageTest {
  private static final String COMPARE =
      """
      {"halftone": "1", "command": "compare", "model": {"path": "b.onnx", "bytes": 1, "sha256": "x"},
       "warnings": ["look at conv2"], "metrics": {"seconds.total": 1.5},
       "layers": [
         {"name": "conv1", "op": "Conv", "value": "v1", "sqnr_db": 40, "own_noise": 0.001,
          "activation_histogram": {"from": 0, "to": 4, "before": [8, 0, 3, 1], "after": [8, 1, 3, 0]}},
         {"name": "conv2", "op": "Conv", "value": "v2", "sqnr_db": 9, "own_noise": 0.02,
          "reasons": [{"kind": "saturation", "of": "weights", "observed": 0.25, "text": "Clipped: use more."}],
          "activation_histogram": {"from": -2, "to": 2, "before": [1, 9, 99, 1], "after": [0, 9, 99, 0], "low": -1, "high": 1, "step": 0.5, "scales": 1},
          "weight_histogram": {"from": 0, "to": 1, "before": [5, 5, 5, 5], "after": [10, 0, 0, 10]}},
         {"name": "fc", "op": "Gemm", "value": "v3", "sqnr_db": 21.5, "own_noise": 0.0001}],
       "tensors": [{"name": "w1", "role": "weight", "type": "int8"}, {"name": "w2", "role": "weight", "type": "int4"}]}
      """;

  private static final String SWEEP =
      """
      {"halftone": "1", "command": "sweep", "sweep": [
        {"format": "int8", "metrics": {"size.ratio": 0.26, "agreement": 1, "speedup": 1.5}},
        {"format": "int4", "metrics": {"size.ratio": 0.15, "agreement": 0.99}},
        {"format": "int2", "reason": "too few bits"}]}
      """;

  private static final List<String> QUIET =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");

  @TempDir private static Path folder;
  private static @Nullable Playwright playwright;
  private static @Nullable Browser browser;

  private final List<String> problems = new ArrayList<>();
  private final List<String> requests = new ArrayList<>();

  private static @Nullable Path chromium() {
    return Stream.of("chromium", "chromium-browser", "google-chrome")
        .flatMap(
            name ->
                Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                    .map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  @BeforeAll
  static void startBrowser() {
    Path program = chromium();
    Assumptions.assumeTrue(program != null, "no Chromium on the path");
    Map<String, String> noDownload = Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    playwright = Playwright.create(new Playwright.CreateOptions().setEnv(noDownload));
    browser =
        playwright
            .chromium()
            .launch(new BrowserType.LaunchOptions().setExecutablePath(program).setArgs(QUIET));
  }

  @AfterAll
  static void stopBrowser() {
    if (playwright != null) playwright.close();
  }

  private Page open(String json, int width) throws IOException {
    return open(json, width, ColorScheme.LIGHT);
  }

  private Page open(String json, int width, ColorScheme scheme) throws IOException {
    Path file = folder.resolve("run.html");
    Files.writeString(file, RunReport.html(json, "run.json"));
    Page page =
        Objects.requireNonNull(browser)
            .newContext(
                new Browser.NewContextOptions().setViewportSize(width, 900).setColorScheme(scheme))
            .newPage();
    page.onConsoleMessage(message -> problems.add(message.text()));
    page.onPageError(problems::add);
    page.onRequest(request -> requests.add(request.url()));
    page.navigate(file.toUri().toString());
    return page;
  }

  /** How many pixels of a chart have a colour, when it has stopped moving. */
  private static int painted(Page page, String chart) {
    show(page, chart);
    page.waitForTimeout(1500);
    return pixels(page, chart);
  }

  private static int pixels(Page page, String chart) {
    return (Integer)
        page.evaluate(
            """
            id => { const c = document.querySelector('#' + id + ' canvas');
              const p = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
              let n = 0; for (let i = 3; i < p.length; i += 4) if (p[i] > 0) n++; return n; }
            """,
            chart);
  }

  /** Brings a chart into the window and waits until it is drawn. */
  private static void show(Page page, String chart) {
    page.locator("#" + chart).scrollIntoViewIfNeeded();
    page.locator("#" + chart + "[data-drawn=yes]").waitFor();
  }

  /** Data of a chart's series as it was handed to the drawing. */
  private static String drawn(Page page, String chart) {
    show(page, chart);
    return (String)
        page.evaluate(
            "id => JSON.stringify(echarts.getInstanceByDom(document.getElementById(id))"
                + ".getOption().series.map(s => s.data.map(d => d.value ?? d)))",
            chart);
  }

  /** Also charts that nobody has scrolled to. */
  @Test
  void whatIsPrintedDoesNotGrowAnyMore() throws IOException {
    Page page = open(COMPARE, 1280);
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))");
    int errors = pixels(page, "chart-errors");
    int bits = pixels(page, "chart-bits");
    assertThat(errors).isGreaterThanOrEqualTo(painted(page, "chart-errors"));
    assertThat(bits).isGreaterThanOrEqualTo(painted(page, "chart-bits"));
    assertThat(bits).isGreaterThan(1000);
  }

  @ParameterizedTest
  @ValueSource(ints = {1280, 360})
  void drawsWhatItSays(int width) throws IOException {
    Page page = open(COMPARE, width);
    assertThat(painted(page, "chart-errors")).isGreaterThan(1000);
    assertThat(painted(page, "chart-bits")).isGreaterThan(1000);
    assertThat(drawn(page, "chart-errors")).isEqualTo("[[0.1,2,0.01]]");
    assertThat(drawn(page, "chart-bits")).isEqualTo("[[8,4]]");
    assertThat(page.locator("#chart-errors").getAttribute("aria-label"))
        .isEqualTo("Own noise in per cent; most: conv2 2, conv1 0.100, fc 0.010");
    assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
        .isLessThanOrEqualTo(width);
    assertThat(problems).isEmpty();
    assertThat(requests).containsExactly(page.url());
  }

  @Test
  void drawsTheFront() throws IOException {
    Page page = open(SWEEP, 1280);
    assertThat(drawn(page, "chart-sweep"))
        .isEqualTo("[[[15,0.99],[26,1]],[[26,1]],[[15,0.99]],[]]");
    assertThat(painted(page, "chart-sweep")).isGreaterThan(1000);
    assertThat(problems).isEmpty();
  }

  @Test
  void drawsTheCurveOfTraining() throws IOException {
    Page page =
        open(
            """
            {"halftone": "1", "command": "train",
             "metrics": {"held_out.loss.before": 0.5, "held_out.loss.best": 0.25},
             "training": {"best_epoch": 1, "resumed_epochs": 0, "curve": [
               {"epoch": 0, "held_out_loss": 0.5}, {"epoch": 1, "train_loss": 0.375, "held_out_loss": 0.25, "agreement": 0.9375}]}}
            """,
            1280);
    assertThat(drawn(page, "chart-curve")).isEqualTo("[[\"-\",0.375],[0.5,0.25]]");
    assertThat(page.locator("#curve tbody").textContent()).contains("0.938");
    assertThat(painted(page, "chart-curve")).isGreaterThan(1000);
    assertThat(page.locator(".verdict").textContent())
        .isEqualTo("Training brought the loss on samples held out from 0.500 to 0.250.");
    assertThat(problems).isEmpty();
  }

  private static List<String> nodes(Page page) {
    return page.locator("table.choice tbody th").allTextContents();
  }

  @Test
  void sortsByMouseAndByKeyboard() throws IOException {
    Page page = open(COMPARE, 1280);
    assertThat(nodes(page)).containsExactly("conv1", "conv2", "fc");
    page.locator("table.choice thead button").nth(2).click();
    assertThat(nodes(page)).containsExactly("conv2", "conv1", "fc");
    assertThat(page.locator("table.choice thead th").nth(2).getAttribute("aria-sort"))
        .isEqualTo("descending");
    page.keyboard().press("Enter");
    assertThat(nodes(page)).containsExactly("fc", "conv1", "conv2");
  }

  @Test
  void choosesALayerInTheTableAndInTheChart() throws IOException {
    Page page = open(COMPARE, 1280);
    show(page, "chart-errors");
    page.locator("table.choice tbody button").nth(2).focus();
    page.keyboard().press("Enter");
    assertThat(page.locator("#chosen").textContent())
        .startsWith(
            "Layer: fc · Operators: Gemm · Own noise, %: 0.010 · Inherited, %: – · SQNR, dB: 21.5");
    show(page, "chart-errors");
    page.waitForTimeout(1500);
    // The middle of the chart is in the middle bar, whose neighbours are far lower.
    page.locator("#chart-errors").click();
    assertThat(page.locator("tr.chosen th").textContent()).isEqualTo("conv2");
    assertThat(problems).isEmpty();
  }

  /**
   * As {@code quantize --report} writes it of a network of 300 layers with all that a page can
   * have.
   */
  private static String large() {
    StringBuilder json =
        new StringBuilder("{\"halftone\": \"1\", \"command\": \"quantize\", \"layer_errors\": [");
    Random random = new Random(7);
    for (int layer = 0; layer < 300; layer++) {
      String name = "/model/encoder/layer.%d/attention/self/query/MatMul".formatted(layer);
      json.append(layer == 0 ? "" : ",")
          .append(
              """
              {"name": "%1$s", "op": "MatMul", "value": "%1$s_output_0", "counterpart": "%1$s_output_0_dequantized",
               "sqnr_db": 31.234567, "cosine": 0.9991234567, "max_abs_difference": 0.0123456, "own_noise": %2$s, "inherited_noise": 0.000123456,
               "not_finite": 0, "reasons": [{"kind": "cancellation", "of": "activations", "observed": 12.3456, "text": "%3$s"}],
               "activation_histogram": %4$s, "weight_histogram": %4$s}\
              """
                  .formatted(
                      name, random.nextDouble(), "What to do. ".repeat(16), histogram(random)));
    }
    json.append("], \"layers\": [");
    for (int layer = 0; layer < 900; layer++)
      json.append(layer == 0 ? "" : ",")
          .append(
              "{\"name\": \"/model/encoder/node.%d\", \"op\": \"MatMul\", \"quantized\": true}"
                  .formatted(layer));
    json.append("], \"tensors\": [");
    for (int tensor = 0; tensor < 900; tensor++)
      json.append(tensor == 0 ? "" : ",")
          .append(
              "{\"name\": \"/model/encoder/tensor.%d\", \"role\": \"weight\", \"type\": \"int8\", \"granularity\": \"channel:1\"}"
                  .formatted(tensor));
    json.append("], \"samples\": {\"changed_count\": 0, \"worst\": [");
    for (int row = 0; row < 12; row++)
      json.append(row == 0 ? "" : ",")
          .append(
              "{\"row\": %d, \"sqnr_db\": 3, \"preview\": {\"width\": 64, \"height\": 64, \"png\": \"%s\"}}"
                  .formatted(row, "A".repeat(16_000)));
    return json.append("]}}").toString();
  }

  private static String histogram(Random random) {
    String counts =
        random
            .longs(64, 0, 10_000_000)
            .mapToObj(Long::toString)
            .collect(Collectors.joining(", ", "[", "]"));
    return "{\"from\": -1.234567, \"to\": 2.345678, \"before\": %1$s, \"after\": %1$s, \"low\": -1.2, \"high\": 2.3, \"step\": 0.0137, \"scales\": 1}"
        .formatted(counts);
  }

  @Test
  void aNetworkOf300LayersFitsAPage() throws IOException {
    String json = large();
    assertThat(RunReport.html(json, "run.json").getBytes(StandardCharsets.UTF_8))
        .hasSizeLessThan(3_000_000);
    Page page = open(json, 390);
    assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
        .isLessThanOrEqualTo(390);
    for (String chart : List.of("chart-errors", "chart-activations", "chart-weights", "chart-bits"))
      assertThat(painted(page, chart)).as(chart).isGreaterThan(1000);
    assertThat(nodes(page)).hasSize(300);
    page.locator("table.choice tbody button").nth(299).click();
    assertThat(page.locator("#chosen").textContent()).contains("layer.299/");
    assertThat(requests).containsExactly(page.url());
  }

  @Test
  void drawsTheHistogramsOfTheChosenLayer() throws IOException {
    Page page = open(COMPARE, 1280);
    // The worst is chosen at first.
    assertThat(page.locator("#chosen").textContent())
        .contains("Why, and what to do: Saturation. Clipped: use more.");
    assertThat(drawn(page, "chart-weights"))
        .startsWith("[[[0,0.7781512503836436],[0.25,0.7781512503836436]");
    assertThat(painted(page, "chart-weights")).isGreaterThan(1000);
    assertThat(painted(page, "chart-activations")).isGreaterThan(1000);
    assertThat(page.locator("#chart-activations").getAttribute("aria-label"))
        .isEqualTo(
            "Values: 110 elements from -2 to 2; levels from -1 to 1, in steps of 0.5; in bins"
                + " beyond them lie 1.82 % of the original's");
    assertThat(page.locator("#bins tr").count()).isEqualTo(2 * (1 + 4));
    page.locator("table.choice tbody button").nth(0).click();
    assertThat(page.locator("#chart-weights").isVisible()).isFalse();
    assertThat(page.locator("#chart-activations").getAttribute("aria-label"))
        .isEqualTo("Values: 12 elements from 0 to 4; the levels are not known");
    assertThat(page.locator("#bins tbody, #bins").first().textContent()).contains("Values from");
    assertThat(problems).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = ColorScheme.class,
      names = {"LIGHT", "DARK"})
  void hasNoSeriousBarrier(ColorScheme scheme) throws IOException {
    Page page = open(COMPARE, 1280, scheme);
    var results = new AxeBuilder(page).analyze();
    assertThat(results.getPasses()).hasSizeGreaterThan(10);
    assertThat(results.getViolations())
        .filteredOn(rule -> List.of("serious", "critical").contains(rule.getImpact()))
        .extracting(Rule::getId)
        .isEmpty();
  }
}
