package dev.halftone.bench.kernels;

import dev.halftone.kernels.FiniteRange;
import dev.halftone.kernels.Kernels;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
 * Time of one loop over {@code size} floats; divide by it for nanoseconds an element. Loops that
 * exist in SIMD come as a pair. Run with {@code java -cp 'bench/target/app/*' org.openjdk.jmh.Main
 * KernelBenchmark}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KernelBenchmark {
  private static final String MODULES = "--add-modules";
  private static final String VECTOR = "jdk.incubator.vector";
  private static final int EXPONENT = 3;

  /** A chunk in the nearest cache, an activation, a weight. */
  @Param({"8192", "262144", "4194304"})
  public int size;

  private float[] x = {};
  private float[] copy = {};
  private byte[] codes = {};
  private int[] counts = {};

  /** After Relu, as activations mostly are: half of them zeros, at random places. */
  @Setup
  public void fill() {
    Random random = new Random(1);
    x = new float[size];
    for (int i = 0; i < size; i++) x[i] = (float) Math.max(0, random.nextGaussian());
    copy = new float[size];
    codes = new byte[size];
    counts = new int[Kernels.HISTOGRAM_PARTS * Kernels.HISTOGRAM_SLOTS];
  }

  @Benchmark
  public float[] memoryCopy() {
    System.arraycopy(x, 0, copy, 0, size);
    return copy;
  }

  @Benchmark
  public FiniteRange finiteRange() {
    return Kernels.finiteRange(x, 0, size);
  }

  @Benchmark
  public double sumOfSquares() {
    return Kernels.sumOfSquares(x, 0, size);
  }

  @Benchmark
  @Fork(jvmArgsAppend = "-Dhalftone.kernels=scalar")
  public byte[] quantizePlain() {
    Kernels.quantize(x, 0, size, 0.02f, 3, 0, 255, codes, 0);
    return codes;
  }

  @Benchmark
  @Fork(jvmArgsAppend = {MODULES, VECTOR, "-Dhalftone.kernels=vector"})
  public byte[] quantizeSimd() {
    Kernels.quantize(x, 0, size, 0.02f, 3, 0, 255, codes, 0);
    return codes;
  }

  @Benchmark
  @Fork(jvmArgsAppend = "-Dhalftone.kernels=scalar")
  public int[] histogramPlain() {
    Kernels.histogram(x, 0, size, EXPONENT, counts);
    return counts;
  }

  @Benchmark
  @Fork(jvmArgsAppend = {MODULES, VECTOR, "-Dhalftone.kernels=vector"})
  public int[] histogramSimd() {
    Kernels.histogram(x, 0, size, EXPONENT, counts);
    return counts;
  }
}
