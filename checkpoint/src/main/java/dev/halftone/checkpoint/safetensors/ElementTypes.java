package dev.halftone.checkpoint.safetensors;

import dev.halftone.tensor.DType;
import java.util.Map;
import java.util.Optional;

/** The format's names for element types. */
final class ElementTypes {
  private static final Map<String, DType> BY_NAME =
      Map.ofEntries(
          Map.entry("BOOL", DType.BOOL),
          Map.entry("F4", DType.FLOAT4E2M1),
          Map.entry("F8_E5M2", DType.FLOAT8E5M2),
          Map.entry("F8_E5M2FNUZ", DType.FLOAT8E5M2FNUZ),
          Map.entry("F8_E4M3", DType.FLOAT8E4M3FN),
          Map.entry("F8_E4M3FNUZ", DType.FLOAT8E4M3FNUZ),
          Map.entry("F8_E8M0", DType.FLOAT8E8M0),
          Map.entry("U8", DType.UINT8),
          Map.entry("I8", DType.INT8),
          Map.entry("U16", DType.UINT16),
          Map.entry("I16", DType.INT16),
          Map.entry("F16", DType.FLOAT16),
          Map.entry("BF16", DType.BFLOAT16),
          Map.entry("U32", DType.UINT32),
          Map.entry("I32", DType.INT32),
          Map.entry("F32", DType.FLOAT32),
          Map.entry("U64", DType.UINT64),
          Map.entry("I64", DType.INT64),
          Map.entry("F64", DType.FLOAT64),
          Map.entry("C64", DType.COMPLEX64));

  private ElementTypes() {}

  /** Empty for what Halftone does not know, the 6-bit types among them. */
  static Optional<DType> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** Empty for what the format cannot hold. */
  static Optional<String> nameOf(DType dtype) {
    return BY_NAME.entrySet().stream()
        .filter(entry -> entry.getValue() == dtype)
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
