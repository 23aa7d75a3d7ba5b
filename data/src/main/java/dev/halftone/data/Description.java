package dev.halftone.data;

import dev.halftone.data.shape.Transform;
import dev.halftone.data.yaml.Section;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is to be read and how it belongs together, whether it was said by flags or by a file.
 *
 * @param sources what feeds the model's inputs
 * @param constants inputs that are the same in every sample
 * @param derived inputs computed from others
 * @param state model input to the output that feeds it in the next sample
 * @param starts further samples at which a sequence starts
 * @param labels null when there are none but those that a source may hold itself
 * @param boxes a table of boxes, or null
 * @param order a table whose column {@code file} says which samples and in which order, or null
 * @param rows one selection after the other, each counting what the one before took
 * @param task null when labels and state say it
 */
record Description(
    List<Feed> sources,
    Map<String, Tensor> constants,
    Map<String, Derived> derived,
    Map<String, String> state,
    List<Integer> starts,
    @Nullable LabelSource labels,
    @Nullable Path boxes,
    @Nullable Path order,
    List<RowSelection> rows,
    @Nullable Task task,
    int labelOffset) {

  /** The input of a description or request that names none: the only one that the model has. */
  static final String ONLY_INPUT = "*";

  /** The inputs that no source feeds. */
  Set<String> fedElsewhere() {
    Set<String> names = new HashSet<>(constants.keySet());
    names.addAll(derived.keySet());
    return names;
  }

  /**
   * One source and the input that it feeds.
   *
   * @param input name of the model's input, or {@link #ONLY_INPUT}
   * @param kind of the reader, or null to recognise it
   */
  record Feed(
      String input, @Nullable String kind, Path path, Section options, Transform transform) {}

  /** Where labels come from. */
  sealed interface LabelSource {
    /**
     * @param column of a table, or null to find it
     */
    record InFile(Path file, @Nullable String column) implements LabelSource {}

    /** The names of the folders that the samples lie in. */
    record FolderNames() implements LabelSource {}
  }

  /** 1 where the elements of another input differ from a value, else 0. */
  record Derived(String from, double notEqual) {}
}
