package dev.halftone.report;

import dev.halftone.graph.MalformedDataException;
import dev.halftone.report.Run.Epoch;
import dev.halftone.report.Run.Gate;
import dev.halftone.report.Run.Histogram;
import dev.halftone.report.Run.LayerError;
import dev.halftone.report.Run.ModelFile;
import dev.halftone.report.Run.PlannedNode;
import dev.halftone.report.Run.Preview;
import dev.halftone.report.Run.PrunedLayer;
import dev.halftone.report.Run.Reason;
import dev.halftone.report.Run.RuntimeNode;
import dev.halftone.report.Run.Sample;
import dev.halftone.report.Run.Samples;
import dev.halftone.report.Run.StoredTensor;
import dev.halftone.report.Run.Tried;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON to {@link Run}: says where it is not what a run writes. Parts that are missing are empty.
 */
final class RunReader {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]*=*");

  private final String file;

  private RunReader(String file) {
    this.file = file;
  }

  /**
   * @param file what errors call the text
   * @throws MalformedDataException if it is not the JSON of a run
   */
  static Run read(String json, String file) {
    JsonNode root;
    try {
      root = MAPPER.readTree(json);
    } catch (JacksonException e) {
      TokenStreamLocation at = e.getLocation();
      String place =
          at == null
              ? "its start"
              : "line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
      throw new MalformedDataException(file, place, "not JSON: " + e.getOriginalMessage());
    }
    if (!root.isObject() || !root.has("halftone") || !root.has("command"))
      throw new MalformedDataException(
          file, "not the JSON of a run: written by --json of a command");
    return new RunReader(file).run(root);
  }

  private Run run(JsonNode root) {
    String command = text(root, "command", "");
    boolean compares = command.equals("compare");
    List<LayerError> errors = list(root, compares ? "layers" : "layer_errors", "", this::error);
    return new Run(
        command,
        text(root, "halftone", ""),
        modelFile(root, "model"),
        modelFile(root, "reference"),
        modelFile(root, "output"),
        numbers(root, "metrics", ""),
        compares || command.equals("prune") ? List.of() : list(root, "layers", "", this::node),
        runtime(root),
        command.equals("prune") ? list(root, "layers", "", this::pruned) : List.of(),
        errors,
        text(root, "first_wrong", ""),
        samples(root),
        list(root, "tensors", "", this::tensor),
        list(root, "sweep", "", this::tried),
        list(root.path("training"), "curve", "training", this::epoch),
        list(root, "gates", "", this::gate),
        list(root, "warnings", "", this::string),
        words(root, "recipe"),
        words(root, "provenance"));
  }

  private MalformedDataException wrong(String at, String expected, JsonNode found) {
    String type = found.getNodeType().name().toLowerCase(Locale.ROOT);
    return new MalformedDataException(file, at, "expected %s, found %s".formatted(expected, type));
  }

  private <T> List<T> list(
      JsonNode parent, String name, String at, BiFunction<JsonNode, String, T> read) {
    JsonNode node = parent.path(name);
    if (node.isMissingNode() || node.isNull()) return List.of();
    String place = join(at, name);
    if (!node.isArray()) throw wrong(place, "a list", node);
    List<T> items = new ArrayList<>();
    for (JsonNode item : node) items.add(read.apply(item, place + "[" + items.size() + "]"));
    return items;
  }

  private String string(JsonNode node, String at) {
    if (!node.isString()) throw wrong(at, "text", node);
    return node.stringValue();
  }

  private String text(JsonNode parent, String name, String at) {
    JsonNode node = parent.path(name);
    return node.isMissingNode() || node.isNull() ? "" : string(node, join(at, name));
  }

  private static String join(String at, String name) {
    return at.isEmpty() ? name : at + "." + name;
  }

  private double number(JsonNode parent, String name, String at) {
    JsonNode node = parent.path(name);
    if (node.isMissingNode() || node.isNull()) return Double.NaN;
    if (!node.isNumber()) throw wrong(join(at, name), "a number", node);
    return node.doubleValue();
  }

  private Map<String, Double> numbers(JsonNode parent, String name, String at) {
    JsonNode node = parent.path(name);
    Map<String, Double> numbers = new TreeMap<>();
    if (node.isMissingNode()) return numbers;
    String place = join(at, name);
    if (!node.isObject()) throw wrong(place, "an object", node);
    for (String key : node.propertyNames()) numbers.put(key, number(node, key, place));
    return numbers;
  }

  private @Nullable ModelFile modelFile(JsonNode root, String name) {
    JsonNode node = root.path(name);
    if (node.isMissingNode()) return null;
    if (!node.isObject()) throw wrong(name, "an object", node);
    return new ModelFile(text(node, "path", name));
  }

  private void object(JsonNode node, String at) {
    if (!node.isObject()) throw wrong(at, "an object", node);
  }

  private PlannedNode node(JsonNode node, String at) {
    object(node, at);
    boolean quantized = node.path("quantized").asBoolean(false);
    return new PlannedNode(
        text(node, "name", at), text(node, "op", at), quantized, text(node, "reason", at));
  }

  private PrunedLayer pruned(JsonNode node, String at) {
    object(node, at);
    boolean channels = node.has("channels");
    return new PrunedLayer(
        text(node, "name", at),
        text(node, "op", at),
        channels ? "channels" : "weights",
        number(node, channels ? "channels" : "weights", at),
        number(node, channels ? "channels_removed" : "zeros", at),
        text(node, "reason", at));
  }

  private Map<String, RuntimeNode> runtime(JsonNode root) {
    Map<String, RuntimeNode> nodes = new TreeMap<>();
    for (Map.Entry<String, RuntimeNode> node : list(root, "runtime", "", this::namedRuntimeNode))
      nodes.put(node.getKey(), node.getValue());
    return nodes;
  }

  private Map.Entry<String, RuntimeNode> namedRuntimeNode(JsonNode node, String at) {
    object(node, at);
    return Map.entry(
        text(node, "name", at),
        new RuntimeNode(
            text(node, "runs_as", at),
            node.path("integer").asBoolean(false),
            text(node, "reason", at)));
  }

  private LayerError error(JsonNode node, String at) {
    object(node, at);
    return new LayerError(
        text(node, "name", at),
        operators(node, at),
        text(node, "value", at),
        number(node, "sqnr_db", at),
        number(node, "cosine", at),
        number(node, "max_abs_difference", at),
        number(node, "own_noise", at),
        number(node, "inherited_noise", at),
        number(node, "not_finite", at),
        histogram(node, "activation_histogram", at),
        histogram(node, "weight_histogram", at),
        list(node, "reasons", at, this::reason));
  }

  private Samples samples(JsonNode root) {
    JsonNode node = root.path("samples");
    if (!node.isMissingNode()) object(node, "samples");
    return new Samples(
        list(node, "worst", "samples", this::sample),
        list(node, "changed", "samples", this::sample),
        number(node, "changed_count", "samples"));
  }

  private Sample sample(JsonNode node, String at) {
    object(node, at);
    double label = number(node, "label", at);
    return new Sample(
        (int) number(node, "row", at),
        number(node, "sqnr_db", at),
        choice(node, "reference", at),
        choice(node, "quantized", at),
        Double.isNaN(label) ? "" : "class " + (int) label,
        preview(node, at));
  }

  private String choice(JsonNode parent, String name, String at) {
    JsonNode node = parent.path(name);
    if (node.isMissingNode()) return "";
    object(node, join(at, name));
    return "class %d (%s)"
        .formatted(
            (int) number(node, "index", join(at, name)),
            Numbers.decimal(number(node, "value", join(at, name))));
  }

  private Preview preview(JsonNode parent, String at) {
    JsonNode node = parent.path("preview");
    String place = join(at, "preview");
    if (!node.isMissingNode()) object(node, place);
    String png = text(node, "png", place);
    if (!BASE64.matcher(png).matches())
      throw new MalformedDataException(file, join(place, "png"), "not Base64");
    return new Preview(
        png,
        (int) number(node, "width", place),
        (int) number(node, "height", place),
        text(node, "text", place),
        list(node, "wave", place, this::count));
  }

  private String operators(JsonNode node, String at) {
    List<String> operators = list(node, "operators", at, this::string);
    return operators.isEmpty() ? text(node, "op", at) : String.join(", ", operators);
  }

  private Reason reason(JsonNode node, String at) {
    object(node, at);
    return new Reason(
        text(node, "kind", at),
        text(node, "of", at),
        number(node, "observed", at),
        text(node, "text", at));
  }

  private @Nullable Histogram histogram(JsonNode parent, String name, String at) {
    JsonNode node = parent.path(name);
    if (node.isMissingNode()) return null;
    String place = join(at, name);
    object(node, place);
    List<Double> before = list(node, "before", place, this::count);
    List<Double> after = list(node, "after", place, this::count);
    if (before.isEmpty() || before.size() != after.size())
      throw new MalformedDataException(
          file, place, "%d bins before and %d after".formatted(before.size(), after.size()));
    double from = number(node, "from", place);
    double to = number(node, "to", place);
    if (!(from <= to) || Double.isInfinite(to - from))
      throw new MalformedDataException(file, place, "bins from %s to %s".formatted(from, to));
    return new Histogram(
        from,
        to,
        before,
        after,
        number(node, "low", place),
        number(node, "high", place),
        number(node, "step", place),
        number(node, "scales", place));
  }

  private double count(JsonNode node, String at) {
    if (!node.isNumber()) throw wrong(at, "a number", node);
    return node.doubleValue();
  }

  private StoredTensor tensor(JsonNode node, String at) {
    object(node, at);
    return new StoredTensor(
        text(node, "name", at),
        text(node, "role", at),
        text(node, "type", at),
        text(node, "granularity", at),
        number(node, "bits_per_weight", at),
        number(node, "sqnr_db", at));
  }

  private Gate gate(JsonNode node, String at) {
    object(node, at);
    JsonNode passed = node.path("passed");
    if (!passed.isBoolean()) throw wrong(join(at, "passed"), "true or false", passed);
    return new Gate(
        string(node.path("gate"), join(at, "gate")),
        passed.asBoolean(),
        string(node.path("reason"), join(at, "reason")));
  }

  private Epoch epoch(JsonNode node, String at) {
    object(node, at);
    return new Epoch(
        (int) number(node, "epoch", at),
        number(node, "train_loss", at),
        number(node, "held_out_loss", at),
        number(node, "agreement", at),
        number(node, "accuracy", at));
  }

  private Tried tried(JsonNode node, String at) {
    object(node, at);
    return new Tried(
        text(node, "format", at),
        numbers(node, "metrics", at),
        list(node, "execution", at, this::string),
        text(node, "reason", at));
  }

  /** Everything below as one name and text each, inner names after a dot. */
  private static SortedMap<String, String> words(JsonNode root, String name) {
    SortedMap<String, String> words = new TreeMap<>();
    flatten("", root.path(name), words);
    return words;
  }

  private static void flatten(String at, JsonNode node, SortedMap<String, String> into) {
    if (node.isObject()) {
      for (String key : node.propertyNames()) flatten(join(at, key), node.path(key), into);
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) flatten(at + "[" + i + "]", node.path(i), into);
    } else if (!node.isMissingNode()) {
      into.put(at, node.asString());
    }
  }
}
