package dev.halftone.data.shape;

import dev.halftone.data.source.Column;
import dev.halftone.data.source.Groups;
import dev.halftone.data.source.Preview;
import dev.halftone.data.source.Strided;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What happens to each sample of a source, in the order of the components.
 *
 * @param window cuts the sample into several
 * @param transpose new order of the sample's axes, not counting the axis of samples
 * @param shape the sample's elements under another shape
 * @param scale elements times this, as floats; 1 leaves them as they are
 * @param offset then plus this
 */
public record Transform(
    @Nullable Window window,
    int @Nullable [] transpose,
    long @Nullable [] shape,
    float scale,
    float offset,
    @Nullable DType cast) {
  /** Nothing is changed. */
  public static final Transform NONE = new Transform(null, null, null, 1, 0, null);

  /** The column after the change. */
  public Column of(Column column, Object origin) {
    Column cut = window == null ? column : window.of(column, origin);
    boolean plain = transpose == null && shape == null && cast == null && scale == 1 && offset == 0;
    return plain ? cut : new Changed(cut, origin);
  }

  private Tensor change(Tensor in, Object origin) {
    Tensor out = transpose == null ? in : transposed(in, transpose, origin);
    if (shape != null) out = reshaped(out, shape, origin);
    if (scale != 1 || offset != 0) out = scaled(out);
    return cast == null ? out : Cast.to(cast, out, origin);
  }

  private static Tensor transposed(Tensor in, int[] axes, Object origin) {
    if (in.rank() == axes.length) return Strided.transpose(in, axes);
    throw new MalformedDataException(
        origin,
        "transpose counts %d axes, found samples of shape %s (with the axis of samples %d axes)"
            .formatted(axes.length + 1, Arrays.toString(in.shape()), in.rank() + 1));
  }

  private static Tensor reshaped(Tensor in, long[] shape, Object origin) {
    if (in.count() == Tensor.elements(shape)) return in.reshape(shape);
    throw new MalformedDataException(
        origin,
        "a sample of shape %s cannot be reshaped to %s"
            .formatted(Arrays.toString(in.shape()), Arrays.toString(shape)));
  }

  private Tensor scaled(Tensor in) {
    float[] values = in.toFloats();
    for (int i = 0; i < values.length; i++) values[i] = values[i] * scale + offset;
    return Tensor.ofFloats(values, in.shape());
  }

  private final class Changed implements Column {
    private final Column column;
    private final Object origin;

    Changed(Column column, Object origin) {
      this.column = column;
      this.origin = origin;
    }

    @Override
    public int size() {
      return column.size();
    }

    @Override
    public Tensor get(int row) {
      return change(column.get(row), origin);
    }

    @Override
    public @Nullable Groups groups() {
      return column.groups();
    }

    @Override
    public @Nullable Preview preview(int row) {
      return column.preview(row);
    }
  }
}
