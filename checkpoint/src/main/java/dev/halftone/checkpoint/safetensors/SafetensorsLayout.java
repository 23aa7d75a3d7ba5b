package dev.halftone.checkpoint.safetensors;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A file before its tensors are written: the bytes up to them, and where each goes. Tensors lie one
 * after the other in the order given, without holes.
 */
public final class SafetensorsLayout {
  private final MemorySegment header;
  private final Map<String, Long> positions = new LinkedHashMap<>();
  private final long size;

  private SafetensorsLayout(Map<String, String> metadata, SequencedMap<String, TensorForm> forms) {
    header = HeaderText.of(metadata, forms).asReadOnly();
    long at = header.byteSize();
    for (Map.Entry<String, TensorForm> form : forms.entrySet()) {
      positions.put(form.getKey(), at);
      at = Math.addExact(at, form.getValue().byteSize());
    }
    size = at;
  }

  /**
   * @throws IllegalArgumentException if a tensor has a type that the format has no name for, or is
   *     named as the metadata is, or the header is larger than a reader takes
   * @throws ArithmeticException if the file is larger than a long counts
   */
  public static SafetensorsLayout of(
      Map<String, String> metadata, SequencedMap<String, TensorForm> forms) {
    return new SafetensorsLayout(metadata, forms);
  }

  /** The bytes before the first tensor. */
  public MemorySegment header() {
    return header;
  }

  /**
   * Byte of the file at which a tensor starts.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public long position(String tensor) {
    Long position = positions.get(tensor);
    if (position == null) throw new IllegalArgumentException("no tensor \"" + tensor + "\"");
    return position;
  }

  /** Bytes of the whole file. */
  public long size() {
    return size;
  }
}
