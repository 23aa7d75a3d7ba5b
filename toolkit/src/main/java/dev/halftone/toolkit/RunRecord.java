package dev.halftone.toolkit;

import dev.halftone.plan.Plan;
import dev.halftone.prune.PrunePlan;
import dev.halftone.prune.PruneRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one run was asked, did and found: the value behind {@code --json}. Its JSON has sorted keys
 * and holds no clock but {@code seconds.total} and the latencies; {@code run.schema.json} beside
 * this class describes it.
 */
public final class RunRecord {
  private final SortedMap<String, Object> sections;
  private final SortedMap<String, Double> metrics;
  private final List<String> warnings;

  private RunRecord(Builder builder) {
    this.metrics = Collections.unmodifiableSortedMap(new TreeMap<>(builder.metrics));
    this.warnings = List.copyOf(builder.warnings);
    SortedMap<String, Object> all = new TreeMap<>(builder.sections);
    all.put("metrics", metrics);
    all.put("warnings", warnings);
    this.sections = Collections.unmodifiableSortedMap(all);
  }

  static SortedMap<String, Object> fields(ResolvedRecipe recipe) {
    SortedMap<String, Object> fields = RecipeText.fields(recipe.recipe());
    fields.put("target", recipe.target().name());
    if (!recipe.name().isEmpty()) fields.put("name", recipe.name());
    return fields;
  }

  public static Builder of(String command) {
    return new Builder(command);
  }

  /** Flat names to finite numbers. */
  public SortedMap<String, Double> metrics() {
    return metrics;
  }

  public List<String> warnings() {
    return warnings;
  }

  /** The whole of it, made of maps, lists, strings, numbers and booleans. */
  SortedMap<String, Object> sections() {
    return sections;
  }

  /** As JSON: UTF-8 text with sorted keys, two spaces a level, and a line feed at its end. */
  public String toJson() {
    return Json.write(sections);
  }

  /** Collects a record. */
  public static final class Builder {
    private final SortedMap<String, Object> sections = new TreeMap<>();
    private final SortedMap<String, Double> metrics = new TreeMap<>();
    private final List<String> warnings = new ArrayList<>();

    private Builder(String command) {
      sections.put("halftone", Halftone.version());
      sections.put("command", command);
      sections.put("layers", List.of());
    }

    public Builder model(ModelFile file) {
      return section("model", fields(file));
    }

    public Builder reference(ModelFile file) {
      return section("reference", fields(file));
    }

    public Builder output(ModelFile file) {
      return section("output", fields(file));
    }

    public Builder recipe(ResolvedRecipe recipe) {
      return section("recipe", RunRecord.fields(recipe));
    }

    /** What was asked of pruning, and what became of each layer. */
    public Builder pruned(PruneRequest request, PrunePlan plan) {
      section("recipe", PruneText.fields(request));
      return section(
          "layers", plan.layers().stream().map(layer -> fields(layer, plan.unit())).toList());
    }

    /** What became of each format, as {@code sweep}. */
    public Builder sweep(List<SweepResult> results) {
      return section("sweep", results.stream().map(SweepFields::of).toList());
    }

    /** What each format made of plain matrices, as {@code sweep}. */
    public Builder matrices(List<MatrixResult> results) {
      return section("sweep", results.stream().map(SweepFields::of).toList());
    }

    /** What became of each node, as {@code layers}, and of each tensor, as {@code tensors}. */
    public Builder plan(Plan plan) {
      section("layers", plan.nodes().stream().map(Builder::fields).toList());
      section("tensors", plan.tensors().stream().map(Builder::fields).toList());
      plan.warnings().forEach(this::warning);
      return this;
    }

    /** How ONNX Runtime runs what was quantized, as {@code runtime}. */
    public Builder runtime(List<RuntimeNode> nodes) {
      return section("runtime", nodes.stream().map(Builder::fields).toList());
    }

    public Builder provenance(Provenance provenance) {
      return section("provenance", provenance.fields());
    }

    /**
     * A number by name. One that is not finite has no place in JSON: it is left out, and a warning
     * says so.
     */
    public Builder metric(String name, double value) {
      if (Double.isFinite(value)) {
        metrics.put(name, value);
      } else {
        warning(
            "%s is %s and left out of the metrics"
                .formatted(name, Double.isNaN(value) ? "not a number" : "infinite"));
      }
      return this;
    }

    public Builder metrics(Map<String, Double> several) {
      several.forEach(this::metric);
      return this;
    }

    public Builder warning(String warning) {
      if (!warnings.contains(warning)) warnings.add(warning);
      return this;
    }

    /** A part of its own, made of maps, lists, strings, numbers and booleans. */
    public Builder section(String name, Object value) {
      sections.put(name, value);
      return this;
    }

    public RunRecord build() {
      return new RunRecord(this);
    }

    private static Map<String, Object> fields(ModelFile file) {
      return Map.of("path", file.path().toString(), "sha256", file.sha256(), "bytes", file.bytes());
    }

    private static Map<String, Object> fields(Plan.NodePlan node) {
      SortedMap<String, Object> fields = new TreeMap<>();
      fields.put("name", node.name());
      fields.put("op", node.opType());
      fields.put("quantized", node.quantized());
      if (!node.reason().isEmpty()) fields.put("reason", node.reason());
      return fields;
    }

    private static Map<String, Object> fields(RuntimeNode node) {
      SortedMap<String, Object> fields = new TreeMap<>();
      fields.put("name", node.name());
      fields.put("op", node.opType());
      fields.put("integer", node.integer());
      if (!node.operator().isEmpty()) fields.put("runs_as", node.operator());
      if (!node.reason().isEmpty()) fields.put("reason", node.reason());
      return fields;
    }

    private static Map<String, Object> fields(PrunePlan.Layer layer, PrunePlan.Unit unit) {
      SortedMap<String, Object> fields = new TreeMap<>();
      fields.put("name", layer.name());
      fields.put("op", layer.opType());
      fields.put("pruned", layer.pruned());
      if (!layer.reason().isEmpty()) fields.put("reason", layer.reason());
      switch (unit) {
        case WEIGHTS -> {
          fields.put("weights", layer.total());
          fields.put("zeros", layer.removed());
        }
        case CHANNELS -> {
          fields.put("channels", layer.total());
          fields.put("channels_removed", layer.removed());
        }
      }
      return fields;
    }

    private static Map<String, Object> fields(Plan.TensorPlan tensor) {
      SortedMap<String, Object> fields = new TreeMap<>();
      fields.put("name", tensor.name());
      fields.put("role", tensor.role().name().toLowerCase(Locale.ROOT));
      fields.put("type", tensor.format());
      fields.put("granularity", tensor.granularity());
      fields.put("symmetric", tensor.symmetric());
      fields.put("low", tensor.low());
      fields.put("high", tensor.high());
      return fields;
    }
  }
}
