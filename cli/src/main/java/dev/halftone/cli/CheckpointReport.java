package dev.halftone.cli;

import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.llm.mixture.Assignment;
import dev.halftone.llm.mixture.MixtureRequest;
import dev.halftone.llm.mixture.TypeRule;
import dev.halftone.llm.plan.CheckpointPlan;
import dev.halftone.llm.stream.CheckpointJob;
import dev.halftone.llm.stream.TensorResult;
import dev.halftone.toolkit.RunRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What became of a checkpoint, or would, for people and for scripts.
 *
 * @param results of each tensor, in the order of the plan; empty in a dry run
 */
record CheckpointReport(CheckpointPlan plan, CheckpointJob job, List<TensorResult> results) {

  RunRecord.Builder record() {
    double before = plan.fileBytesBefore();
    double after = job.bytes();
    RunRecord.Builder record =
        RunRecord.of("quantize")
            .section("recipe", recipe())
            .section("tensors", tensors())
            .metric("bytes.reference", before)
            .metric("bytes.quantized", after)
            .metric("size.ratio", after / before)
            .metric("bits_per_weight", plan.bitsPerWeight());
    plan.source().warnings().forEach(record::warning);
    List<String> missing = plan.withoutImportance();
    if (!missing.isEmpty())
      record.warning(
          "no importance weights for %s: %s"
              .formatted(Text.count(missing.size(), "tensor"), String.join(", ", missing)));
    return record;
  }

  private Map<String, Object> recipe() {
    MixtureRequest request = plan.request();
    Map<String, Object> fields = new TreeMap<>();
    fields.put("mode", "weights");
    fields.put("weights", request.mixture().name());
    fields.put("pure", request.pure());
    request.outputType().ifPresent(type -> fields.put("output_tensor_type", type.name()));
    request.tokenEmbeddingType().ifPresent(type -> fields.put("token_embedding_type", type.name()));
    if (!request.rules().isEmpty())
      fields.put("tensor_types", request.rules().stream().map(TypeRule::toString).toList());
    return fields;
  }

  private List<Map<String, Object>> tensors() {
    List<Map<String, Object>> all = new ArrayList<>();
    for (int i = 0; i < plan.assignments().size(); i++) {
      Assignment assignment = plan.assignments().get(i);
      TensorInfo stored = assignment.result();
      Map<String, Object> fields = new TreeMap<>();
      fields.put("name", stored.name());
      fields.put("shape", Arrays.stream(stored.shape()).boxed().toList());
      fields.put("source_type", assignment.source().type().name());
      fields.put("type", stored.type().name());
      fields.put("bytes", stored.byteSize());
      fields.put("bits_per_weight", 8.0 * stored.type().blockBytes() / stored.type().blockValues());
      if (!assignment.reason().isEmpty()) fields.put("reason", assignment.reason());
      if (!results.isEmpty()) {
        TensorResult result = results.get(i);
        fields.put("seconds", result.seconds());
        OptionalDouble sqnr = result.sqnrDb();
        if (sqnr.isPresent() && Double.isFinite(sqnr.getAsDouble()))
          fields.put("sqnr_db", sqnr.getAsDouble());
      }
      all.add(fields);
    }
    return all;
  }

  /** The summary; of a dry run a line for each tensor before it. */
  List<String> lines(RunRecord record) {
    List<String> lines = new ArrayList<>();
    if (results.isEmpty()) plan.assignments().forEach(one -> lines.add(line(one)));
    lines.add(
        entry(
            "size",
            "%s → %s (%s)"
                .formatted(
                    Text.bytes(metric(record, "bytes.reference")),
                    Text.bytes(metric(record, "bytes.quantized")),
                    Text.percent(metric(record, "size.ratio")))));
    lines.add(
        entry(
            "bits per weight",
            "%.2f → %.2f".formatted(plan.bitsPerWeightBefore(), plan.bitsPerWeight())));
    lines.addAll(types());
    record.warnings().forEach(warning -> lines.add("warning: " + warning));
    if (results.isEmpty()) return lines;
    double seconds = metric(record, "seconds.total");
    lines.add(
        entry(
            "time",
            "%.1f s, %s of the source a second"
                .formatted(seconds, Text.bytes(plan.bytesBefore() / seconds))));
    lines.add(
        "written to "
            + job.files().stream()
                .map(file -> file.file().toString())
                .collect(Collectors.joining(", ")));
    return lines;
  }

  private static double metric(RunRecord record, String name) {
    return Objects.requireNonNull(record.metrics().get(name), name);
  }

  private static String line(Assignment one) {
    TensorInfo source = one.source();
    String shape =
        Arrays.stream(source.dimensions())
            .mapToObj(Long::toString)
            .collect(Collectors.joining("×"));
    String reason = one.reason().isEmpty() ? "" : "  " + one.reason();
    return "  %-36s %-14s %-7s → %-7s %9s%s"
        .formatted(
            source.name(),
            shape,
            source.type().name(),
            one.target().name(),
            Text.bytes(one.result().byteSize()),
            reason)
        .stripTrailing();
  }

  private static String entry(String name, String value) {
    return "  %-15s %s".formatted(name, value);
  }

  /** What there is of each type: tensors, bytes, and how near they are. */
  private List<String> types() {
    Map<String, Share> shares = new LinkedHashMap<>();
    for (int i = 0; i < plan.assignments().size(); i++) {
      Assignment one = plan.assignments().get(i);
      String type = one.target().name() + (one.isCopy() ? ", copied" : "");
      shares
          .computeIfAbsent(type, unused -> new Share())
          .add(one, results.isEmpty() ? null : results.get(i));
    }
    return shares.entrySet().stream()
        .map(share -> entry(share.getKey(), share.getValue().text()))
        .toList();
  }

  /** The tensors of one type. */
  private static final class Share {
    private int tensors;
    private long bytes;
    private double least = Double.POSITIVE_INFINITY;

    void add(Assignment one, @Nullable TensorResult result) {
      tensors++;
      bytes += one.result().byteSize();
      if (result != null && result.sqnrDb().isPresent())
        least = Math.min(least, result.sqnrDb().getAsDouble());
    }

    String text() {
      String error = Double.isFinite(least) ? ", SQNR %.1f dB or more".formatted(least) : "";
      return "%s, %s%s".formatted(Text.count(tensors, "tensor"), Text.bytes(bytes), error);
    }
  }
}
