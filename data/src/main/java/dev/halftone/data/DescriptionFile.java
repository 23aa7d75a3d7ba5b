package dev.halftone.data;

import dev.halftone.data.Description.Derived;
import dev.halftone.data.Description.Feed;
import dev.halftone.data.Description.LabelSource;
import dev.halftone.data.yaml.Section;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a data description: {@code docs/data.md} has its keys. */
final class DescriptionFile {
  private final Section file;
  private final Path root;
  private final DataRequest request;

  private DescriptionFile(Section file, Path root, DataRequest request) {
    this.file = file;
    this.root = root;
    this.request = request;
  }

  /**
   * @param otherRoot takes the place of the file's own {@code root}
   * @throws dev.halftone.graph.MalformedDataException naming file and line if a key is not known or
   *     its value is wrong
   */
  static Description read(Path path, @Nullable Path otherRoot, DataRequest request) {
    Section file = Section.read(path);
    String root = file.has("root") ? file.text("root") : ".";
    Path own = file.resolveBeside(root);
    DescriptionFile reading =
        new DescriptionFile(file, otherRoot == null ? own : otherRoot, request);
    Description description = reading.description();
    file.refuseOthers();
    return description;
  }

  private Description description() {
    if (request.preprocess() != null) {
      throw file.wrong(
          "a description says itself how images are preprocessed, found the option too");
    }
    List<Feed> feeds = new ArrayList<>();
    Map<String, Tensor> constants = new LinkedHashMap<>();
    inputs(feeds, constants);
    if (feeds.isEmpty()) throw file.wrong("\"inputs\" names no source of samples");
    return new Description(
        feeds,
        constants,
        derived(),
        file.has("state") ? file.section("state").plainValues() : Map.of(),
        file.has("starts") ? starts() : List.of(),
        labels(),
        path("boxes"),
        path("order"),
        Requests.rows(request, rows()),
        new TaskSection(file, labelOffset()).read(),
        labelOffset());
  }

  private void inputs(List<Feed> feeds, Map<String, Tensor> constants) {
    Section inputs = file.section("inputs");
    for (String name : inputs.keys()) {
      InputSection input = new InputSection(name, inputs.section(name), root);
      Tensor constant = input.constant();
      if (constant == null) {
        feeds.add(input.feed());
      } else {
        constants.put(name, constant);
      }
    }
  }

  private Map<String, Derived> derived() {
    Map<String, Derived> derived = new LinkedHashMap<>();
    if (!file.has("derive")) return derived;
    Section rules = file.section("derive");
    for (String name : rules.keys()) {
      Section rule = rules.section(name);
      derived.put(name, new Derived(rule.text("from"), rule.number("not-equal")));
      rule.refuseOthers();
    }
    return derived;
  }

  private List<Integer> starts() {
    return Arrays.stream(file.integers("starts", 0, Integer.MAX_VALUE)).boxed().toList();
  }

  private @Nullable Path path(String key) {
    return file.has(key) ? root.resolve(file.text(key)) : null;
  }

  private @Nullable LabelSource labels() {
    LabelSource described = describedLabels();
    LabelSource requested = Requests.labels(request);
    return requested != null ? requested : described;
  }

  private @Nullable LabelSource describedLabels() {
    if (!file.has("labels")) return null;
    if (file.isText("labels")) {
      String text = file.text("labels");
      if (text.equals(Requests.FOLDER_NAMES)) return new LabelSource.FolderNames();
      return new LabelSource.InFile(root.resolve(text), null);
    }
    Section labels = file.section("labels");
    Path table = root.resolve(labels.text("file"));
    String column = labels.textOrNull("column");
    labels.refuseOthers();
    return new LabelSource.InFile(table, column);
  }

  private RowSelection rows() {
    if (!file.has("rows")) return new RowSelection.All();
    if (file.isText("rows")) return RowSelection.parse(file.text("rows"));
    Section rows = file.section("rows");
    RowSelection spread = new RowSelection.Spread(rows.integer("spread", 1, Integer.MAX_VALUE));
    rows.refuseOthers();
    return spread;
  }

  private int labelOffset() {
    if (request.labelOffset() != 0 || !file.has("label-offset")) return request.labelOffset();
    return file.integer("label-offset", -1_000_000, 1_000_000);
  }
}
