package dev.halftone.data;

import dev.halftone.data.Description.Derived;
import dev.halftone.data.Description.Feed;
import dev.halftone.data.shape.Fit;
import dev.halftone.data.source.Column;
import dev.halftone.data.source.Preview;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Samples whose columns are fitted to the model's inputs as they are read. */
final class FittedSamples implements Samples {
  private final List<ValueInfo> inputs;
  private final Map<String, Column> columns;
  private final Map<String, Tensor> constants;
  private final Map<String, Derived> derived;
  private final List<Feed> sources;
  private final Object origin;
  private final int[] rows;

  /**
   * @param rows the row of the columns that each sample is
   */
  FittedSamples(
      List<ValueInfo> inputs,
      Map<String, Column> columns,
      Description description,
      Object origin,
      int[] rows) {
    this.inputs = inputs;
    this.columns = columns;
    this.constants = description.constants();
    this.derived = description.derived();
    this.sources = description.sources();
    this.origin = origin;
    this.rows = rows;
  }

  @Override
  public int size() {
    return rows.length;
  }

  /** How many of these samples the others have too: the same rows of the same files. */
  int shared(FittedSamples others) {
    if (!paths().equals(others.paths())) return 0;
    Set<Integer> theirs = IntStream.of(others.rows).boxed().collect(Collectors.toSet());
    return (int) IntStream.of(rows).filter(theirs::contains).count();
  }

  private List<Path> paths() {
    return sources.stream().map(feed -> feed.path().toAbsolutePath().normalize()).toList();
  }

  @Override
  public Map<String, Tensor> get(int row) {
    Objects.checkIndex(row, rows.length);
    Map<String, Tensor> sample = new LinkedHashMap<>();
    for (ValueInfo input : inputs) sample.put(input.name(), value(input, rows[row]));
    return Collections.unmodifiableMap(sample);
  }

  @Override
  public @Nullable Preview preview(int row) {
    Objects.checkIndex(row, rows.length);
    for (ValueInfo input : inputs) {
      Column column = columns.get(input.name());
      Preview known = column == null ? null : column.preview(rows[row]);
      if (known != null) return known;
    }
    for (Tensor input : get(row).values()) {
      Preview.Picture picture = ArrayPicture.of(input);
      if (picture != null) return picture;
    }
    return null;
  }

  private Tensor value(ValueInfo input, int row) {
    Fit fit = new Fit(input);
    Tensor constant = constants.get(input.name());
    if (constant != null) return fit.whole(constant, origin);
    Derived rule = derived.get(input.name());
    if (rule != null) return fit.whole(derive(rule, row), origin);
    Column column = Objects.requireNonNull(columns.get(input.name()));
    return fit.sample(column.get(row), origin(input) + " row " + row);
  }

  /** The source that feeds an input. */
  private Object origin(ValueInfo input) {
    for (Feed feed : sources) {
      if (feed.input().equals(input.name())) return feed.path();
    }
    return origin;
  }

  private Tensor derive(Derived rule, int row) {
    ValueInfo from =
        inputs.stream()
            .filter(input -> input.name().equals(rule.from()))
            .findFirst()
            .orElseThrow(() -> new MalformedDataException(origin, "no input " + rule.from()));
    Tensor values = value(from, row);
    long[] flags = new long[Math.toIntExact(values.count())];
    for (int i = 0; i < flags.length; i++) {
      double value = values.dtype().isFloat() ? values.floatAt(i) : values.longAt(i);
      flags[i] = value != rule.notEqual() ? 1 : 0;
    }
    return Tensor.ofLongs(flags, values.shape());
  }
}
