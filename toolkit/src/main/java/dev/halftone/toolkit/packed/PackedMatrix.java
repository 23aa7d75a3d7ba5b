package dev.halftone.toolkit.packed;

import dev.halftone.checkpoint.safetensors.TensorForm;
import dev.halftone.recipe.Granularity;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * A matrix that is quantized, and the tensors that it becomes.
 *
 * @param module its name without {@code .weight}
 * @param weight {@code [rows, columns]}
 */
record PackedMatrix(String module, Tensor weight, PackedScheme scheme) {
  static final String ENDING = ".weight";

  /** Values of a piece of work, about. */
  private static final long PIECE = 1 << 21;

  long rows() {
    return weight.dimension(0);
  }

  long columns() {
    return weight.dimension(1);
  }

  long groups() {
    return columns() / scheme.group(columns());
  }

  /**
   * Rows of a piece of work: whole words of zero points, so that pieces share no bytes. Depends on
   * nothing but the matrix.
   */
  long rowsOfPiece() {
    int step = Integer.SIZE;
    return Math.max(1, PIECE / columns() / step) * step;
  }

  String codes() {
    return module + (scheme.isPacked() ? ".weight_packed" : ENDING);
  }

  String scales() {
    return module + ".weight_scale";
  }

  String zeroPoints() {
    return module + ".weight_zero_point";
  }

  String shape() {
    return module + ".weight_shape";
  }

  /** The tensors that take its place, by name. */
  SequencedMap<String, TensorForm> forms() {
    SequencedMap<String, TensorForm> forms = new LinkedHashMap<>();
    int ofWord = scheme.codesOfWord();
    DType stored = scheme.isPacked() ? DType.INT32 : scheme.element().dtype();
    forms.put(codes(), TensorForm.of(stored, rows(), columns() / ofWord));
    forms.put(
        scales(),
        scheme.granularity() instanceof Granularity.PerTensor
            ? TensorForm.of(scaleType(), 1)
            : TensorForm.of(scaleType(), rows(), groups()));
    if (!scheme.symmetric())
      forms.put(zeroPoints(), TensorForm.of(DType.INT32, rows() / ofWord, groups()));
    if (scheme.isPacked()) forms.put(shape(), TensorForm.of(DType.INT64, 2));
    return forms;
  }

  DType scaleType() {
    return switch (scheme.storageFor(weight.dtype())) {
      case ScaleStorage.Float16() -> DType.FLOAT16;
      case ScaleStorage.BFloat16() -> DType.BFLOAT16;
      default -> DType.FLOAT32;
    };
  }

  /** Bytes of all tensors that take its place. */
  long bytes() {
    return forms().values().stream().mapToLong(TensorForm::byteSize).sum();
  }
}
