package dev.halftone.quantize.codes;

/** Arrays that one thread uses again and again; each call forgets what the last one held. */
final class Scratch {
  private float[] values = {};
  private float[] turned = {};
  private float[] scales = {};
  private float[] offsets = {};
  private byte[] codes = {};
  private byte[] packed = {};

  float[] values(int length) {
    if (values.length < length) values = new float[length];
    return values;
  }

  /** A second array of values, for a part that is read in another order than it is used. */
  float[] turned(int length) {
    if (turned.length < length) turned = new float[length];
    return turned;
  }

  float[] scales(int length) {
    if (scales.length < length) scales = new float[length];
    return scales;
  }

  float[] offsets(int length) {
    if (offsets.length < length) offsets = new float[length];
    return offsets;
  }

  byte[] codes(int length) {
    if (codes.length < length) codes = new byte[length];
    return codes;
  }

  byte[] packed(int length) {
    if (packed.length < length) packed = new byte[length];
    return packed;
  }
}
