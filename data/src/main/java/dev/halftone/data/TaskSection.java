package dev.halftone.data;

import dev.halftone.data.yaml.Section;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Key {@code task} of a data description: a word, or {@code detect} with its decoder. */
record TaskSection(Section file, int labelOffset) {
  private static final List<String> WORDS =
      List.of("classify", "anomaly", "sequence", "compare-only");

  @Nullable Task read() {
    if (!file.has("task")) return null;
    if (!file.isText("task")) return detect(file.section("task"));
    return switch (file.choice("task", WORDS)) {
      case "anomaly" -> new Task.Anomaly();
      case "sequence" -> new Task.Sequence();
      case "compare-only" -> new Task.CompareOnly();
      default -> new Task.Classify(labelOffset);
    };
  }

  private static Task detect(Section task) {
    Map<String, String> options = new LinkedHashMap<>(task.section("detect").plainValues());
    String decoder = task.section("detect").text("decoder");
    options.remove("decoder");
    task.refuseOthers();
    return new Task.Detect(decoder, options);
  }
}
