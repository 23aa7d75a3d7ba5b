package dev.halftone.quantize.codes;

import dev.halftone.tensor.Tensor;

/** The values that codes stand for. */
final class Decoder {
  private Decoder() {}

  static Tensor decode(Codes codes) {
    CodeLayout layout = codes.layout();
    float[] values = new float[Math.toIntExact(layout.count())];
    int at = 0;
    for (long outer = 0; outer < layout.outer(); outer++) {
      for (long k = 0; k < layout.length(); k++) {
        long stored = (outer * layout.storedLength() + k) * layout.inner();
        for (int c = 0; c < layout.inner(); c++, at++) {
          long channel = outer * layout.inner() + c;
          int entry = layout.entry(channel, k);
          values[at] =
              codes
                  .formats()
                  .of(channel)
                  .decode(codes.code(stored + c), codes.scale(entry), codes.zeroPoint(entry));
        }
      }
    }
    return Tensor.ofFloats(values, layout.outer(), layout.length(), layout.inner());
  }
}
