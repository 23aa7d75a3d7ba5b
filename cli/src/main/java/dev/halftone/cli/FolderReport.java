package dev.halftone.cli;

import dev.halftone.tensor.Tensor;
import dev.halftone.toolkit.RunRecord;
import dev.halftone.toolkit.packed.Choice;
import dev.halftone.toolkit.packed.FolderPlan;
import dev.halftone.toolkit.packed.PackedScheme;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What became of a folder, or would, for people and for scripts.
 *
 * @param errors SQNR of each choice of the plan; empty in a dry run
 */
record FolderReport(FolderPlan plan, @Nullable Path output, List<OptionalDouble> errors) {
  RunRecord.Builder record() {
    double before = plan.bytesBefore();
    double after = plan.bytes();
    RunRecord.Builder record =
        RunRecord.of("quantize")
            .section("recipe", recipe())
            .section("tensors", tensors())
            .metric("bytes.reference", before)
            .metric("bytes.quantized", after)
            .metric("size.ratio", after / before)
            .metric("bits_per_weight", plan.bitsPerWeight());
    plan.warnings().forEach(record::warning);
    return record;
  }

  private Map<String, Object> recipe() {
    PackedScheme scheme = plan.scheme();
    Map<String, Object> fields = new TreeMap<>();
    fields.put("mode", scheme.dynamic() ? "dynamic" : "weights");
    fields.put("weights", scheme.element().word());
    fields.put("granularity", scheme.granularity().text());
    fields.put("symmetric", scheme.symmetric());
    fields.put("search", scheme.search().toString());
    scheme.storage().ifPresent(storage -> fields.put("scales", storage.toString()));
    return fields;
  }

  private List<Map<String, Object>> tensors() {
    List<Map<String, Object>> all = new ArrayList<>();
    for (int i = 0; i < plan.choices().size(); i++) {
      Choice choice = plan.choices().get(i);
      Tensor source = choice.source();
      Map<String, Object> fields = new TreeMap<>();
      fields.put("name", choice.name());
      fields.put("shape", Arrays.stream(source.shape()).boxed().toList());
      fields.put("source_type", source.dtype().name());
      fields.put("type", type(choice));
      fields.put("bytes", choice.bytes());
      fields.put("bits_per_weight", 8.0 * choice.bytes() / source.count());
      if (!choice.reason().isEmpty()) fields.put("reason", choice.reason());
      OptionalDouble sqnr = errors.isEmpty() ? OptionalDouble.empty() : errors.get(i);
      if (sqnr.isPresent() && Double.isFinite(sqnr.getAsDouble()))
        fields.put("sqnr_db", sqnr.getAsDouble());
      all.add(fields);
    }
    return all;
  }

  private String type(Choice choice) {
    return choice.isQuantized() ? plan.scheme().element().word() : choice.source().dtype().name();
  }

  /** The summary; of a dry run a line for each tensor before it. */
  List<String> lines(RunRecord record) {
    List<String> lines = new ArrayList<>();
    if (errors.isEmpty()) plan.choices().forEach(choice -> lines.add(line(choice)));
    lines.add(
        entry(
            "size",
            "%s → %s (%s)"
                .formatted(
                    Text.bytes(metric(record, "bytes.reference")),
                    Text.bytes(metric(record, "bytes.quantized")),
                    Text.percent(metric(record, "size.ratio")))));
    lines.add(entry("bits per weight", "%.2f".formatted(plan.bitsPerWeight())));
    lines.add(entry(plan.scheme().element().word(), quantized()));
    if (!errors.isEmpty()) leftOut().forEach(lines::add);
    record.warnings().forEach(warning -> lines.add("warning: " + warning));
    if (errors.isEmpty()) return lines;
    double seconds = metric(record, "seconds.total");
    lines.add(
        entry(
            "time",
            "%.1f s, %s of the source a second"
                .formatted(seconds, Text.bytes(plan.bytesBefore() / seconds))));
    lines.add("written to " + output);
    return lines;
  }

  private String quantized() {
    List<Choice> quantized = plan.choices().stream().filter(Choice::isQuantized).toList();
    double least =
        errors.stream()
            .filter(OptionalDouble::isPresent)
            .mapToDouble(OptionalDouble::getAsDouble)
            .min()
            .orElse(Double.POSITIVE_INFINITY);
    String error = Double.isFinite(least) ? ", SQNR %.1f dB or more".formatted(least) : "";
    return "%s, %s%s"
        .formatted(
            Text.count(quantized.size(), "matrix", "matrices"),
            Text.bytes(quantized.stream().mapToLong(Choice::bytes).sum()),
            error);
  }

  private List<String> leftOut() {
    return plan.choices().stream()
        .filter(choice -> !choice.reason().isEmpty())
        .map(choice -> entry("as it was", choice.name() + ": " + choice.reason()))
        .toList();
  }

  private String line(Choice choice) {
    String shape =
        Arrays.stream(choice.source().shape())
            .mapToObj(Long::toString)
            .collect(Collectors.joining("×"));
    return "  %-44s %-14s %-8s → %-8s %9s  %s"
        .formatted(
            choice.name(),
            shape,
            choice.source().dtype().name(),
            type(choice),
            Text.bytes(choice.bytes()),
            choice.reason())
        .stripTrailing();
  }

  private static double metric(RunRecord record, String name) {
    return Objects.requireNonNull(record.metrics().get(name), name);
  }

  private static String entry(String name, String value) {
    return "  %-15s %s".formatted(name, value);
  }
}
