package dev.halftone.data;

import dev.halftone.data.Description.LabelSource;
import dev.halftone.data.label.FileIndex;
import dev.halftone.data.label.LabelFile;
import dev.halftone.data.label.Labels;
import dev.halftone.data.source.Groups;
import dev.halftone.graph.MalformedDataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Puts a data set together from opened sources, labels and rows.
 *
 * <p>Labels, order and rows count <em>units</em>: a unit is a sample, or the clip that several
 * samples were cut from when labels come one for each clip.
 */
final class Assembly {
  private final DataRequest request;
  private final Description description;
  private final List<OpenedFeed> feeds;
  private final InputColumns columns;
  private final @Nullable OpenedFeed folder;
  private final Path origin;

  Assembly(DataRequest request, Description description) {
    this.request = request;
    this.description = description;
    this.feeds = OpenedFeed.openAll(request, description);
    this.origin = description.sources().getFirst().path();
    this.columns = InputColumns.of(feeds, request.inputs(), description.fedElsewhere());
    this.folder =
        feeds.stream().filter(feed -> feed.source().filePerSample()).findFirst().orElse(null);
  }

  DataSet assemble() {
    Labels labels = labels();
    BoxTargets boxes = boxes();
    List<Integer> order = order(labels, boxes);
    boolean byClip = countsClips(labels, order);
    int units = order != null ? order.size() : byClip ? groupCount() : columns.size();
    List<Integer> classes = classes(labels, order, units);
    int[] chosen = choose(units);
    Selection selection = Selection.of(chosen, order, byClip ? columns.groups() : null);
    Targets targets =
        boxes == null ? targets(classes, chosen, selection) : boxes.of(selection.rows());
    FittedSamples samples =
        new FittedSamples(
            request.inputs(), columns.byInput(), description, origin, selection.rows());
    if (samples.size() == 0) throw new MalformedDataException(origin, "no samples");
    samples.get(0);
    return new DataSet(
        samples,
        targets,
        task(targets),
        description.state(),
        selection.starts(description, columns.groups()),
        feeds.stream().flatMap(feed -> feed.source().warnings().stream()).toList(),
        () -> Fingerprint.of(feeds, columns.groups(), selection.rows(), request.seed()));
  }

  private @Nullable FileIndex index() {
    return folder == null ? null : new FileIndex(folder.feed().path(), folder.source().files());
  }

  private @Nullable Labels labels() {
    return switch (description.labels()) {
      case null -> ownLabels();
      case LabelSource.InFile(Path file, String column) -> LabelFile.read(file, column, index());
      case LabelSource.FolderNames _ -> {
        if (folder == null) {
          throw new MalformedDataException(
              origin, "samples lie in no folders whose names could be labels");
        }
        yield LabelFile.fromFolders(folder.feed().path(), folder.source().files());
      }
    };
  }

  private @Nullable Labels ownLabels() {
    for (OpenedFeed feed : feeds) {
      List<Integer> classes = feed.source().classes();
      if (classes != null) return new Labels(classes, null);
    }
    return null;
  }

  private @Nullable BoxTargets boxes() {
    Path table = description.boxes();
    if (table == null) return null;
    if (!(description.task() instanceof Task.Detect)) {
      throw new MalformedDataException(table, "boxes need the task detect with a decoder");
    }
    FileIndex index = index();
    if (index == null || folder == null) {
      throw new MalformedDataException(table, "has boxes of photos, but samples have no files");
    }
    return BoxTargets.read(table, index, folder.source().columns().values().iterator().next());
  }

  private @Nullable List<Integer> order(@Nullable Labels labels, @Nullable BoxTargets boxes) {
    Path table = description.order();
    if (table == null && labels != null) return labels.samples();
    if (table == null) return boxes == null ? null : boxes.order();
    FileIndex index = index();
    if (index == null) {
      throw new MalformedDataException(table, "gives an order of files, but samples have none");
    }
    return LabelFile.order(table, index);
  }

  private int groupCount() {
    Groups groups = columns.groups();
    return groups == null ? columns.size() : groups.count();
  }

  private boolean countsClips(@Nullable Labels labels, @Nullable List<Integer> order) {
    if (columns.groups() == null) return false;
    return order != null || (labels != null && labels.classes().size() != columns.size());
  }

  private @Nullable List<Integer> classes(
      @Nullable Labels labels, @Nullable List<Integer> order, int units) {
    if (labels == null) return null;
    List<Integer> named = labels.samples();
    if (named != null && order != null && order != named) return inOrder(labels, named, order);
    if (labels.classes().size() != units) {
      throw new LabelCountException(labelName(), labels.classes().size(), units);
    }
    return labels.classes();
  }

  private List<Integer> inOrder(Labels labels, List<Integer> named, List<Integer> order) {
    Map<Integer, Integer> bySample = new HashMap<>();
    for (int i = 0; i < named.size(); i++) bySample.put(named.get(i), labels.classes().get(i));
    List<Integer> classes = new ArrayList<>();
    for (int sample : order) {
      Integer label = bySample.get(sample);
      if (label == null) throw new LabelCountException(labelName(), named.size(), order.size());
      classes.add(label);
    }
    return classes;
  }

  private Object labelName() {
    return description.labels() instanceof LabelSource.InFile(Path file, _) ? file : origin;
  }

  private int[] choose(int units) {
    int[] chosen = IntStream.range(0, units).toArray();
    for (RowSelection selection : description.rows()) {
      int[] before = chosen;
      chosen = IntStream.of(selection.of(before.length)).map(row -> before[row]).toArray();
    }
    return chosen;
  }

  private @Nullable Targets targets(
      @Nullable List<Integer> classes, int[] chosen, Selection selection) {
    if (classes == null) return null;
    List<Integer> units = IntStream.of(selection.units()).boxed().toList();
    if (description.task() instanceof Task.Anomaly) {
      List<Boolean> anomalous =
          IntStream.of(chosen).mapToObj(unit -> classes.get(unit) != 0).toList();
      return new Targets.Anomalies(units, anomalous);
    }
    return new Targets.Classes(units.stream().map(unit -> classes.get(chosen[unit])).toList());
  }

  private Task task(@Nullable Targets targets) {
    Task task = description.task();
    if (task != null) return task;
    if (targets instanceof Targets.Classes) return new Task.Classify(description.labelOffset());
    return description.state().isEmpty() ? new Task.CompareOnly() : new Task.Sequence();
  }
}
