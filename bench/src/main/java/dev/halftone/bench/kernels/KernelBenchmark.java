package dev.halftone.bench.kernels;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Each loop over {@code size} elements, plain and in SIMD, and beside it a copy of the bytes that
 * it reads or writes, whichever is more. {@code fastest} is the least processor time of a call, in
 * microseconds: what the loop takes when others leave the machine alone. Run with {@code java -cp
 * 'bench/target/app/*' org.openjdk.jmh.Main KernelBenchmark}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 1, time = 4)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Xmx1g", "-XX:+UseSerialGC"})
public class KernelBenchmark {
  /** 64 MiB, which no cache holds. */
  @Param("16777216")
  public int size;

  @Param public Loop loop = Loop.RANGE;

  @Param({"copy", "scalar", "vector"})
  public String provider = "copy";

  private Buffers buffers = new Buffers(0);

  /** Each set of parameters has a JVM of its own, so nobody has asked for the provider yet. */
  @Setup
  public void fill() {
    System.setProperty("halftone.kernels", provider);
    buffers = new Buffers(size);
  }

  /** What JMH tells besides the mean. */
  @AuxCounters(AuxCounters.Type.EVENTS)
  @State(Scope.Thread)
  public static class Calls {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** JMH sets it to 0 before it measures. */
    public long fastest;

    Object time(Supplier<Object> call) {
      long before = THREADS.getCurrentThreadCpuTime();
      Object result = call.get();
      long microseconds = (THREADS.getCurrentThreadCpuTime() - before) / 1000;
      fastest = fastest == 0 ? microseconds : Math.min(fastest, microseconds);
      return result;
    }
  }

  @Benchmark
  public Object run(Calls calls) {
    return calls.time(() -> provider.equals("copy") ? loop.copy(buffers) : loop.run(buffers));
  }
}
