package dev.halftone.report;

import dev.halftone.report.Chart.Bars;
import dev.halftone.report.Chart.Lines;
import dev.halftone.report.Run.Epoch;
import dev.halftone.report.Run.PlannedNode;
import dev.halftone.report.Run.PrunedLayer;
import dev.halftone.report.Run.RuntimeNode;
import dev.halftone.report.Run.StoredTensor;
import dev.halftone.report.Table.Cell;
import dev.halftone.report.Table.Column;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The sections of the page. */
final class Parts {
  private static final Pattern BITS = Pattern.compile("\\d+");

  private Parts() {}

  static Part warnings(Run run) {
    List<String> warnings =
        run.warnings().stream()
            .filter(text -> run.gates().stream().noneMatch(g -> g.says(text)))
            .toList();
    if (warnings.isEmpty()) return Part.EMPTY;
    Html list = new Html().raw("<ul>");
    for (String warning : warnings) list.element("li", warning);
    return Part.of("warnings", "Mind", list.raw("</ul>\n"));
  }

  /** How training went. */
  static Part curve(Run run) {
    List<Epoch> curve = run.curve();
    if (curve.isEmpty()) return Part.EMPTY;
    Table table =
        new Table(
            "Epochs of training",
            Column.number("Epoch"),
            Column.number("Loss in training"),
            Column.number("Loss held out"),
            Column.number("Same answers held out"),
            Column.number("Accuracy held out"));
    for (Epoch epoch : curve)
      table.row(
          Cell.of(epoch.number()),
          Cell.of(epoch.trainLoss()),
          Cell.of(epoch.heldOutLoss()),
          Cell.of(epoch.agreement()),
          Cell.of(epoch.accuracy()));
    Map<String, List<Double>> series = new LinkedHashMap<>();
    series.put("training", curve.stream().map(Epoch::trainLoss).toList());
    series.put("held out", curve.stream().map(Epoch::heldOutLoss).toList());
    Chart chart =
        new Chart(
            "chart-curve",
            "Loss after each epoch, of the samples trained on and of those held out.",
            "Loss held out: %s before training, %s after the last of %s."
                .formatted(
                    Numbers.decimal(curve.getFirst().heldOutLoss()),
                    Numbers.decimal(curve.getLast().heldOutLoss()),
                    Numbers.count(curve.getLast().number(), "epoch")),
            new Lines(
                "epoch", "loss", curve.stream().map(e -> (double) e.number()).toList(), series));
    return Part.of("curve", "Training", chart.html().append(table.html()), chart);
  }

  /** What stayed in float, and why. */
  static Part nodes(Run run) {
    List<PlannedNode> nodes = run.nodes();
    if (nodes.isEmpty()) return Part.EMPTY;
    long quantized = nodes.stream().filter(PlannedNode::quantized).count();
    Table table =
        new Table(
            "Nodes of the network in its order",
            Column.text("Node"),
            Column.text("Operator"),
            Column.text("Quantized"),
            Column.text("In ONNX Runtime"),
            Column.text("Reason"));
    for (PlannedNode node : nodes) {
      RuntimeNode runs = run.runtime().get(node.name());
      table.row(
          Cell.of(node.name()),
          Cell.of(node.operator()),
          Cell.of(node.quantized() ? "yes" : "no"),
          Cell.of(runs == null ? "" : inRuntime(runs)),
          Cell.of(runs == null || runs.reason().isEmpty() ? node.reason() : runs.reason()));
    }
    Html html = new Html().raw("<p>");
    html.text("%d of %s are quantized.".formatted(quantized, Numbers.count(nodes.size(), "node")));
    if (!run.runtime().isEmpty()) html.text(" " + onIntegers(run));
    return Part.of("nodes", "Nodes", html.raw("</p>\n").append(table.html()));
  }

  /** What was taken from each layer, in the order of the network. */
  static Part pruned(Run run) {
    List<PrunedLayer> layers = run.pruned();
    if (layers.isEmpty()) return Part.EMPTY;
    String unit = layers.getFirst().unit();
    Table table =
        new Table(
            "Layers of the network in its order",
            Column.text("Layer"),
            Column.text("Operator"),
            Column.number("Before, " + unit),
            Column.number(unit.equals("channels") ? "Taken away" : "Zero now"),
            Column.number("Share, %"),
            Column.text("Why it stays"));
    for (PrunedLayer layer : layers)
      table.row(
          Cell.of(layer.name()),
          Cell.of(layer.operator()),
          Cell.of(layer.total()),
          Cell.of(layer.removed()),
          Cell.of(share(layer)),
          Cell.of(layer.reason()));
    Chart chart =
        new Chart(
            "chart-pruned",
            "Share of each layer's %s that is gone, in the order of the network.".formatted(unit),
            "%s of %s %s are gone, in %s."
                .formatted(
                    Numbers.decimal(layers.stream().mapToDouble(PrunedLayer::removed).sum()),
                    Numbers.decimal(layers.stream().mapToDouble(PrunedLayer::total).sum()),
                    unit,
                    Numbers.count(
                        layers.stream().filter(layer -> layer.removed() > 0).count(), "layer")),
            new Bars(
                "%",
                layers.stream().map(PrunedLayer::name).toList(),
                layers.stream().map(layer -> zeroIfUnknown(share(layer))).toList()));
    return Part.of("pruned", "Layers", chart.html().append(table.html()), chart);
  }

  /** In per cent; NaN where the layer was not counted. */
  private static double share(PrunedLayer layer) {
    return layer.total() > 0 ? 100 * layer.removed() / layer.total() : Double.NaN;
  }

  private static double zeroIfUnknown(double share) {
    return Double.isNaN(share) ? 0 : share;
  }

  private static String inRuntime(RuntimeNode node) {
    if (node.operator().isEmpty()) return "merged into another";
    return (node.integer() ? "integers: " : "float: ") + node.operator();
  }

  /** Merged ones cost nothing, and count as neither. */
  private static String onIntegers(Run run) {
    long executed = run.runtime().values().stream().filter(n -> !n.operator().isEmpty()).count();
    long integer = run.runtime().values().stream().filter(RuntimeNode::integer).count();
    return "Of those that ONNX Runtime executes by themselves on this machine, %d of %d run on integers."
        .formatted(integer, executed);
  }

  static Part tensors(Run run) {
    List<StoredTensor> tensors = run.tensors();
    if (tensors.isEmpty()) return Part.EMPTY;
    Table table =
        new Table(
            "How tensors are stored",
            Column.text("Tensor"),
            Column.text("Role"),
            Column.text("Type"),
            Column.text("Granularity"),
            Column.number("Bits per weight"),
            Column.number("SQNR, dB"));
    List<String> names = new ArrayList<>();
    List<Double> bits = new ArrayList<>();
    for (StoredTensor tensor : tensors) {
      double each = bits(tensor);
      table.row(
          Cell.of(tensor.name()),
          Cell.of(tensor.role()),
          Cell.of(tensor.type()),
          Cell.of(tensor.granularity()),
          Cell.of(each),
          Cell.of(tensor.sqnrDb()));
      if (!isWeight(tensor) || Double.isNaN(each)) continue;
      names.add(tensor.name());
      bits.add(each);
    }
    if (names.isEmpty()) return Part.of("tensors", "Tensors", table.html());
    Chart chart =
        new Chart(
            "chart-bits",
            "Bits that a weight takes, in the order of the network.",
            "Bits per weight: " + types(tensors),
            new Bars("bits", names, bits));
    return Part.of("tensors", "Tensors", chart.html().append(table.html()), chart);
  }

  /** Tensors of a checkpoint have no role. */
  private static boolean isWeight(StoredTensor tensor) {
    return tensor.role().equals("weight") || tensor.role().isEmpty();
  }

  /** How many weights have which type. */
  private static String types(List<StoredTensor> tensors) {
    Map<String, Integer> counts = new TreeMap<>();
    for (StoredTensor tensor : tensors)
      if (isWeight(tensor)) counts.merge(tensor.type(), 1, Integer::sum);
    List<String> told = new ArrayList<>();
    counts.forEach((type, count) -> told.add(Numbers.count(count, "tensor") + " of " + type));
    return String.join(", ", told);
  }

  /** What was counted, or what the name of the type says: the first number in it. */
  private static double bits(StoredTensor tensor) {
    if (!Double.isNaN(tensor.bits())) return tensor.bits();
    Matcher matcher = BITS.matcher(tensor.type());
    return matcher.find() ? Double.parseDouble(matcher.group()) : Double.NaN;
  }

  static Part words(String id, String title, SortedMap<String, String> words) {
    if (words.isEmpty()) return Part.EMPTY;
    Html list = new Html().raw("<dl>");
    words.forEach((name, value) -> list.element("dt", name).element("dd", value));
    return Part.of(id, title, list.raw("</dl>\n"));
  }
}
