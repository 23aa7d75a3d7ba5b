package dev.halftone.train.torch;

import dev.halftone.graph.TensorType;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.LayoutOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Tensors of Halftone from and to tensors of libtorch: always copies. */
public final class TorchTensors {
  private TorchTensors() {}

  /**
   * A new tensor of libtorch with the same type, shape and elements. It is freed with the scope
   * that is open; where none is, by the caller.
   *
   * @throws UnsupportedModelException if libtorch does not compute with the type
   */
  public static Tensor of(dev.halftone.tensor.Tensor tensor) {
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope temporaries = new PointerScope()) {
      Tensor copy = empty(type(tensor.dtype()), tensor.shape());
      if (tensor.count() > 0) segment(copy).copyFrom(tensor.data());
      if (outer == null) copy.retainReference();
      else outer.attach(copy);
      return copy;
    }
  }

  /** Each of several, by name. */
  public static Map<String, Tensor> of(Map<String, dev.halftone.tensor.Tensor> tensors) {
    Map<String, Tensor> copies = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> copies.put(name, of(tensor)));
    return copies;
  }

  /**
   * Overwrites the elements of a contiguous tensor.
   *
   * @throws IllegalArgumentException if type or number of elements differ
   */
  public static void fill(Tensor tensor, dev.halftone.tensor.Tensor with) {
    if (tensor.numel() != with.count() || dtype(tensor.scalar_type()) != with.dtype())
      throw new IllegalArgumentException("%d elements from %s".formatted(tensor.numel(), with));
    if (with.count() > 0) segment(tensor).copyFrom(with.data());
  }

  /** A copy in Halftone's form. */
  public static dev.halftone.tensor.Tensor copy(Tensor tensor) {
    try (PointerScope temporaries = new PointerScope()) {
      Tensor whole = tensor.detach().contiguous();
      byte[] bytes = new byte[Math.toIntExact(whole.nbytes())];
      if (bytes.length > 0) MemorySegment.ofArray(bytes).copyFrom(segment(whole));
      return dev.halftone.tensor.Tensor.of(
          dtype(whole.scalar_type()), whole.shape(), MemorySegment.ofArray(bytes));
    }
  }

  /** A tensor whose elements are still to be written. */
  private static Tensor empty(ScalarType type, long... shape) {
    return torch.empty(
        shape,
        new ScalarTypeOptional(type),
        new LayoutOptional(),
        new DeviceOptional(),
        new BoolOptional(),
        new MemoryFormatOptional());
  }

  /** The memory of a contiguous tensor that has elements; valid while the tensor lives. */
  public static MemorySegment segment(Tensor tensor) {
    return MemorySegment.ofAddress(tensor.data_ptr().address()).reinterpret(tensor.nbytes());
  }

  /** The elements of a tensor of integers or booleans. */
  public static long[] longs(Tensor tensor) {
    return copy(tensor).toLongs();
  }

  /** Element type and shape. */
  public static TensorType type(Tensor tensor) {
    return TensorType.fixed(dtype(tensor.scalar_type()), tensor.shape());
  }

  /** libtorch's name of an element type. */
  public static ScalarType type(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> ScalarType.Float;
      case FLOAT64 -> ScalarType.Double;
      case FLOAT16 -> ScalarType.Half;
      case BFLOAT16 -> ScalarType.BFloat16;
      case INT8 -> ScalarType.Char;
      case UINT8 -> ScalarType.Byte;
      case INT16 -> ScalarType.Short;
      case INT32 -> ScalarType.Int;
      case INT64 -> ScalarType.Long;
      case BOOL -> ScalarType.Bool;
      default ->
          throw new UnsupportedModelException("training", "libtorch does not compute in " + dtype);
    };
  }

  private static DType dtype(ScalarType type) {
    return switch (type.intern()) {
      case Float -> DType.FLOAT32;
      case Double -> DType.FLOAT64;
      case Half -> DType.FLOAT16;
      case BFloat16 -> DType.BFLOAT16;
      case Char -> DType.INT8;
      case Byte -> DType.UINT8;
      case Short -> DType.INT16;
      case Int -> DType.INT32;
      case Long -> DType.INT64;
      case Bool -> DType.BOOL;
      default -> throw new IllegalStateException("a tensor of " + type);
    };
  }
}
