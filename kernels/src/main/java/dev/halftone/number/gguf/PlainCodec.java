package dev.halftone.number.gguf;

import org.jspecify.annotations.Nullable;

/** A type whose blocks have nothing to do with each other, nor with importance. */
abstract class PlainCodec extends BlockCodec {
  PlainCodec(int values, int bytes) {
    super(values, bytes);
  }

  @Override
  final void quantize(
      float[] x, int from, int to, float @Nullable [] importance, byte[] out, int at) {
    for (int i = from; i < to; i += values, at += bytes) quantize(x, i, out, at);
  }

  /** One block. */
  abstract void quantize(float[] x, int from, byte[] out, int at);
}
