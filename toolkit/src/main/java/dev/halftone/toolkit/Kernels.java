package dev.halftone.toolkit;

/** Which numeric loops run. */
final class Kernels {
  private Kernels() {}

  static String provider() {
    boolean vector = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    return vector ? "vector" : "scalar";
  }
}
