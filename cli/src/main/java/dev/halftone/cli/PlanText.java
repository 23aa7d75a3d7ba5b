package dev.halftone.cli;

import dev.halftone.plan.Plan;
import dev.halftone.recipe.Mode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A plan in a few lines: how many nodes are quantized, and why the others are not. */
final class PlanText {
  private PlanText() {}

  static List<String> lines(Plan plan, Mode mode) {
    long quantized = plan.nodes().stream().filter(Plan.NodePlan::quantized).count();
    List<String> lines = new ArrayList<>();
    if (quantized == 0 && !plan.tensors().isEmpty())
      lines.add(
          MetricText.line(
              "stored",
              Text.count(plan.tensors().size(), "tensor")
                  + " as integers, all computed with in float"));
    else
      lines.add(
          MetricText.line(
              mode == Mode.FP16 || mode == Mode.BF16 ? "converted" : "quantized",
              "%d of %s".formatted(quantized, Text.count(plan.nodes().size(), "node"))));
    Map<String, List<Plan.NodePlan>> byReason =
        plan.nodes().stream()
            .filter(node -> !node.quantized())
            .collect(
                Collectors.groupingBy(Plan.NodePlan::reason, TreeMap::new, Collectors.toList()));
    byReason.entrySet().stream()
        .sorted(Comparator.comparingInt(group -> -group.getValue().size()))
        .forEach(group -> lines.add(left(group.getKey(), group.getValue())));
    return lines;
  }

  /** The whole plan: a line for each node, then one for each tensor. */
  static List<String> details(Plan plan) {
    List<String> lines = new ArrayList<>();
    lines.add("nodes");
    plan.nodes().forEach(node -> lines.add(line(node)));
    lines.add("tensors");
    plan.tensors().forEach(tensor -> lines.add(line(tensor)));
    return lines;
  }

  private static String line(Plan.NodePlan node) {
    String fate = node.quantized() ? "changed" : "left";
    String reason = node.reason().isEmpty() ? "" : ": " + node.reason();
    return "  %-8s %-20s %s%s".formatted(fate, node.opType(), node.name(), reason);
  }

  private static String line(Plan.TensorPlan tensor) {
    return "  %-8s %-20s %s in [%s, %s]%s, %s"
        .formatted(
            tensor.format(),
            tensor.granularity(),
            tensor.name(),
            Text.decimal(tensor.low()),
            Text.decimal(tensor.high()),
            tensor.symmetric() ? " symmetric" : "",
            word(tensor.role()));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** {@code 3 left (2 × Softmax, 1 × Tanh): reason}. */
  private static String left(String reason, List<Plan.NodePlan> nodes) {
    Map<String, Long> types =
        nodes.stream()
            .collect(
                Collectors.groupingBy(Plan.NodePlan::opType, TreeMap::new, Collectors.counting()));
    String kinds =
        types.entrySet().stream()
            .map(type -> type.getValue() + " × " + type.getKey())
            .collect(Collectors.joining(", "));
    return MetricText.line(
        "", "%s: %s".formatted(kinds, reason.isEmpty() ? "left as it is" : reason));
  }
}
