package dev.halftone.onnx;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What the running thread has allocated on the heap. */
final class Allocated {
  private Allocated() {}

  static long bytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }
}
