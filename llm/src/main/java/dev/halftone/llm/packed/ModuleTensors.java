package dev.halftone.llm.packed;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tensors of one module, with errors that name the file and the tensor.
 *
 * @param file that errors name
 * @param module the name that all of its tensors begin with
 * @param tensors of the whole model
 */
record ModuleTensors(Path file, String module, Map<String, Tensor> tensors) {
  private static final List<DType> WORDS = List.of(DType.INT32);
  private static final List<DType> SCALES = List.of(DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32);

  /** The longest row that is held as a list of groups. */
  private static final long MOST_COLUMNS = 1 << 24;

  Optional<Tensor> find(String name) {
    return Optional.ofNullable(tensors.get(module + "." + name));
  }

  private Tensor get(String name) {
    return find(name).orElseThrow(() -> malformed(name, "is missing"));
  }

  /** Packed numbers, in two dimensions. */
  Tensor words(String name) {
    return matrix(name, WORDS);
  }

  Tensor matrix(String name, List<DType> types) {
    Tensor tensor = typed(name, types);
    if (tensor.rank() != 2)
      throw malformed(name, "%d dimensions, expected 2".formatted(tensor.rank()));
    return tensor;
  }

  /** Numbers of one of some types, in whatever shape. */
  Tensor vector(String name, List<DType> types) {
    return typed(name, types);
  }

  /** Scales, of a type that weights could have. */
  Tensor scales(String name) {
    return typed(name, SCALES);
  }

  private Tensor typed(String name, List<DType> types) {
    Tensor tensor = get(name);
    if (!types.contains(tensor.dtype()))
      throw malformed(name, "%s, expected %s".formatted(tensor.dtype(), either(types)));
    return tensor;
  }

  private static String either(List<DType> types) {
    return String.join(" or ", types.stream().map(DType::name).toList());
  }

  /** Sees to it that a tensor has a shape. */
  void requireShape(String name, long... expected) {
    long[] shape = get(name).shape();
    if (!Arrays.equals(shape, expected))
      throw malformed(
          name, "%s, expected %s".formatted(Arrays.toString(shape), Arrays.toString(expected)));
  }

  /** A number of columns that is not absurd. */
  int columns(String name, long columns) {
    if (columns < 1 || columns > MOST_COLUMNS)
      throw malformed(name, "rows of %d values, expected 1 to %d".formatted(columns, MOST_COLUMNS));
    return (int) columns;
  }

  /**
   * The group of each column; empty if there is no such list, or one of nothing but -1, which
   * stands for none.
   *
   * @param count of groups
   */
  Optional<int[]> groupOf(String name, int columns, long count) {
    if (find(name).isEmpty()) return Optional.empty();
    Tensor list = typed(name, WORDS);
    requireShape(name, columns);
    int[] groups = new int[columns];
    int none = 0;
    for (int i = 0; i < columns; i++) {
      groups[i] = (int) list.longAt(i);
      if (groups[i] == -1) none++;
    }
    if (none == columns) return Optional.empty();
    for (int i = 0; i < columns; i++)
      if (groups[i] < 0 || groups[i] >= count)
        throw malformed(
            name, "column %d is of group %d, there are %d".formatted(i, groups[i], count));
    return Optional.of(groups);
  }

  MalformedModelException malformed(String name, String problem) {
    return new MalformedModelException(
        file, "tensor \"%s.%s\": %s".formatted(module, name, problem));
  }
}
