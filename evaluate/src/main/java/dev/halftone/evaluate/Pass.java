package dev.halftone.evaluate;

import dev.halftone.calibrate.observe.Workspace;
import dev.halftone.graph.Model;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.runtime.Answer;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.runtime.SampleRunner;
import dev.halftone.runtime.SampleSource;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All values watched, group by group: in the reference, in the model, and in each layer alone. */
final class Pass {
  private final Model reference;
  private final Counterparts counterparts;
  private final Isolation isolation;
  private final SampleSource source;
  private final int threads;
  private final Progress progress;
  private final List<String> warnings = new ArrayList<>();
  private final Map<String, Evidence> seen = new HashMap<>();
  private final ThreadLocal<Workspace> workspace = ThreadLocal.withInitial(Workspace::new);

  private Pass(
      Model reference,
      Counterparts counterparts,
      Isolation isolation,
      SampleSource source,
      int threads,
      Progress progress) {
    this.reference = reference;
    this.counterparts = counterparts;
    this.isolation = isolation;
    this.source = source;
    this.threads = threads;
    this.progress = progress;
  }

  static Pass of(
      Model reference,
      Counterparts counterparts,
      SampleSource source,
      int threads,
      Progress progress) {
    Isolation isolation = Isolation.of(counterparts, floatTypes(counterparts));
    return new Pass(reference, counterparts, isolation, source, threads, progress);
  }

  /** By value of the reference, as ONNX Runtime infers them. */
  private static Map<String, DType> floatTypes(Counterparts counterparts) {
    Map<String, DType> known = new HashMap<>();
    try (RunnableModel model =
        RunnableModel.open(
            counterparts.model(), counterparts.names().values(), RunOptions.asWritten())) {
      for (ValueInfo output : model.outputs()) {
        TensorType type = output.type();
        if (type != null && type.dtype().isFloat()) known.put(output.name(), type.dtype());
      }
    }
    Map<String, DType> types = new HashMap<>();
    counterparts
        .names()
        .forEach(
            (value, counterpart) -> {
              DType type = known.get(counterpart);
              if (type != null) types.put(value, type);
            });
    return types;
  }

  /** What there is to say after {@link #run}. */
  List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** What was seen of the values that {@link #run} gives errors of, by value of the reference. */
  Map<String, Evidence> activations() {
    return seen;
  }

  /** By value of the reference. */
  Map<String, ValueErrors> run() {
    Levels levels = new Levels(counterparts.model().graph());
    Map<String, ValueErrors> sums = new LinkedHashMap<>();
    List<List<String>> groups = TapGroups.of(reference, counterparts.names().keySet(), source);
    long total = (long) groups.size() * source.size();
    long done = 0;
    for (List<String> group : groups) {
      Group watched = new Group(group, isolation.layers(group));
      watch(watched, sums, done, total);
      watched.watches.forEach(
          (value, watch) -> {
            if (sums.containsKey(value))
              seen.put(value, watch.evidence(levels.of(counterparts.whole(value))));
          });
      done += source.size();
    }
    return sums;
  }

  private void watch(Group group, Map<String, ValueErrors> sums, long before, long total) {
    long[] done = {before};
    try (RunnableModel first = open(reference, group.watched());
        RunnableModel second = open(counterparts.model(), group.counterparts());
        RunnableModel alone = openAlone(group)) {
      new SampleRunner(List.of(first, second), source, 1)
          .run(
              threads,
              answer -> group.errors(answer, alone),
              row -> {
                row.forEach(
                    (name, errors) ->
                        sums.computeIfAbsent(name, unseen -> new ValueErrors()).add(errors));
                progress.step("compare", ++done[0], total);
              });
    }
  }

  /** Without what only the model's own outputs need, unless a state is carried by them. */
  private RunnableModel open(Model model, Collection<String> taps) {
    if (!source.state().isEmpty()) return RunnableModel.open(model, taps, RunOptions.asWritten());
    GraphEditor editor = new GraphEditor(model.graph());
    editor.setOutputs(taps.stream().map(tap -> new ValueInfo(tap, null)).toList());
    return RunnableModel.open(model.withGraph(editor.toGraph()), List.of(), RunOptions.asWritten());
  }

  private @Nullable RunnableModel openAlone(Group group) {
    try {
      return RunnableModel.open(group.layers.model(), List.of(), RunOptions.asWritten());
    } catch (UnsupportedModelException e) {
      warnings.add(
          "what %d layers from %s on add themselves is not known, since ONNX Runtime does not take them alone: %s"
              .formatted(group.values.size(), group.values.getFirst(), e.getMessage()));
      return null;
    }
  }

  /**
   * Values that are watched together.
   *
   * @param values of the reference
   */
  private final class Group {
    private final List<String> values;
    private final Isolation.Layers layers;
    private final Map<String, String> names = new LinkedHashMap<>();
    private final Map<String, Watch> watches = new LinkedHashMap<>();

    Group(List<String> values, Isolation.Layers layers) {
      this.values = values;
      this.layers = layers;
      for (String value : values) {
        names.put(value, Objects.requireNonNull(Pass.this.counterparts.names().get(value)));
        watches.put(value, new Watch());
      }
    }

    /** The values, and what their layers read. */
    Set<String> watched() {
      Set<String> watched = new LinkedHashSet<>(values);
      watched.addAll(layers.reads().values());
      return watched;
    }

    Set<String> counterparts() {
      return new LinkedHashSet<>(names.values());
    }

    Map<String, ValueErrors> errors(Answer answer, @Nullable RunnableModel alone) {
      Map<String, Tensor> expected = answer.outputs().get(0);
      Map<String, Tensor> found = answer.outputs().get(1);
      Map<String, Tensor> own =
          alone == null ? Map.of() : alone.run(alone.fit(feeds(answer.inputs(), expected, alone)));
      Map<String, ValueErrors> errors = new LinkedHashMap<>();
      names.forEach(
          (name, counterpart) -> {
            Tensor right = expected.get(name);
            Tensor made = found.get(counterpart);
            if (right == null || made == null || right.count() != made.count()) return;
            if (!right.dtype().isFloat() || !made.dtype().isFloat()) return;
            ValueErrors sum = new ValueErrors();
            sum.add(right, made, own.get(counterpart));
            errors.put(name, sum);
            Objects.requireNonNull(watches.get(name)).observe(right, made, workspace.get());
          });
      return errors;
    }

    private Map<String, Tensor> feeds(
        Map<String, Tensor> sample, Map<String, Tensor> expected, RunnableModel alone) {
      Map<String, Tensor> feeds = new LinkedHashMap<>();
      for (ValueInfo input : alone.inputs()) {
        String read = layers.reads().get(input.name());
        Tensor value = read == null ? sample.get(input.name()) : expected.get(read);
        if (value != null) feeds.put(input.name(), value);
      }
      return feeds;
    }
  }
}
