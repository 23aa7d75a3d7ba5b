package dev.halftone.graph;

import java.util.Arrays;

/** Bytes that a format's reader did not understand and its writer gives back unchanged. */
public final class Opaque {
  /** Nothing carried over. */
  public static final Opaque NONE = new Opaque(new byte[0]);

  private final byte[] bytes;

  private Opaque(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Takes over the array. */
  public static Opaque of(byte[] bytes) {
    return bytes.length == 0 ? NONE : new Opaque(bytes);
  }

  /** A copy of the bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  public boolean isEmpty() {
    return bytes.length == 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Opaque that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return bytes.length + " opaque bytes";
  }
}
