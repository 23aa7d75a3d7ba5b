package dev.halftone.report;

import dev.halftone.graph.MalformedDataException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * The page of a run: one HTML file that opens from disk and asks the network for nothing.
 * Everything in it can be read without a script, which adds drawings, sorting and the choice of a
 * layer.
 */
public final class RunReport {
  private static final String CHARTS =
      "/META-INF/resources/webjars/echarts/5.3.1/dist/echarts.common.min.js";
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final Run run;
  private final List<Chart> charts = new ArrayList<>();

  private RunReport(Run run) {
    this.run = run;
  }

  /**
   * The page for what a command wrote with {@code --json}.
   *
   * @param json the text
   * @param file what errors call it
   * @throws MalformedDataException if it is not the JSON of a run: says where
   */
  public static String html(String json, String file) {
    return new RunReport(RunReader.read(json, file)).page();
  }

  private String page() {
    Html main = new Html();
    for (Part part :
        List.of(
            GatePart.of(run),
            Parts.warnings(run),
            MetricPart.of(run),
            SweepPart.of(run),
            Parts.curve(run),
            LayerPart.of(run),
            SamplePart.of(run),
            Parts.pruned(run),
            Parts.nodes(run),
            Parts.tensors(run),
            Parts.words("recipe", "Recipe", run.recipe()),
            Parts.words("provenance", "Where it ran", run.provenance()))) {
      main.append(part.html());
      charts.addAll(part.charts());
    }
    String title = title();
    Html page = new Html();
    page.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ");
    page.raw("script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:\">\n");
    page.element("title", title)
        .raw("\n<style>\n")
        .raw(resource("report.css"))
        .raw("</style></head>\n");
    page.raw("<body><a class=\"skip\" href=\"#main\">Skip to the result</a>\n<header><p>Halftone ");
    page.text(run.command())
        .raw("</p>")
        .element("h1", title)
        .raw("<p class=\"verdict\"" + gates() + ">");
    page.text(Verdict.of(run)).raw("</p></header>\n<main id=\"main\">\n").append(main);
    page.raw("</main><footer><p>Written by Halftone ").text(run.version()).raw("</p></footer>\n");
    if (!charts.isEmpty())
      page.raw("<script type=\"text/plain\" id=\"library\">")
          .raw(resource(CHARTS))
          .raw("</script>\n");
    page.raw("<script type=\"application/json\" id=\"charts\">").raw(data()).raw("</script>\n");
    page.raw("<script>\n").raw(resource("report.js")).raw("</script></body></html>\n");
    return page.toString();
  }

  /** For the colour beside the verdict, which says it in words. */
  private String gates() {
    if (run.gates().isEmpty()) return "";
    boolean passed = run.gates().stream().allMatch(Run.Gate::passed);
    return " data-gates=\"" + (passed ? "passed" : "missed") + "\"";
  }

  private String title() {
    Run.ModelFile shown = run.output() == null ? run.model() : run.output();
    return shown == null ? run.command() : shown.name();
  }

  private String data() {
    return inScript(charts.stream().map(Chart::data).toList());
  }

  /** As JSON of which no text of a model can end the element that it stands in. */
  static String inScript(List<Map<String, Object>> data) {
    return MAPPER.writeValueAsString(data).replace("<", "\\u003c");
  }

  private static String resource(String name) {
    try (InputStream in = RunReport.class.getResourceAsStream(name)) {
      if (in == null) throw new IllegalStateException(name + " is missing from the class path");
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
