package dev.halftone.bench.kernels;

import dev.halftone.kernels.FiniteRange;
import dev.halftone.kernels.Kernels;
import dev.halftone.number.FloatFormat;
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

  /** Of a matrix with a scale by column, and elements of a block. */
  private static final int COLUMNS = 1024;

  private static final int BLOCK = 32;

  /** A chunk in the nearest cache, an activation, a weight, and 64 MiB, which no cache holds. */
  @Param({"8192", "262144", "4194304", "16777216"})
  public int size;

  private float[] x = {};
  private float[] copy = {};
  private byte[] codes = {};
  private byte[] packed = {};
  private short[] halves = {};
  private float[] scales = {};
  private float[] zeroPoints = {};
  private int[] counts = {};

  /** After Relu, as activations mostly are: half of them zeros, at random places. */
  @Setup
  public void fill() {
    Random random = new Random(1);
    x = new float[size];
    for (int i = 0; i < size; i++) x[i] = (float) Math.max(0, random.nextGaussian());
    copy = new float[size];
    codes = new byte[size];
    packed = new byte[size];
    halves = new short[size];
    scales = new float[COLUMNS];
    zeroPoints = new float[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) scales[i] = 0.02f + i * 1e-5f;
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

  /** A matrix with a scale by column. */
  @Benchmark
  @Fork(jvmArgsAppend = {MODULES, VECTOR, "-Dhalftone.kernels=vector"})
  public byte[] quantizeChannelsSimd() {
    for (int from = 0; from < size; from += COLUMNS)
      Kernels.quantizeColumns(
          x, from, from + COLUMNS, scales, zeroPoints, 0, -128, 127, codes, from);
    return codes;
  }

  /** Rows in blocks with a scale each. */
  @Benchmark
  @Fork(jvmArgsAppend = {MODULES, VECTOR, "-Dhalftone.kernels=vector"})
  public byte[] quantizeBlocksSimd() {
    for (int from = 0; from < size; from += BLOCK)
      Kernels.quantize(
          x, from, from + BLOCK, scales[from / BLOCK % COLUMNS], 0, -128, 127, codes, from);
    return codes;
  }

  @Benchmark
  @Fork(jvmArgsAppend = "-Dhalftone.kernels=scalar")
  public long float16Plain() {
    return Kernels.toFloat16(x, 0, size, halves, 0);
  }

  @Benchmark
  @Fork(jvmArgsAppend = "-Dhalftone.kernels=scalar")
  public long bfloat16Plain() {
    return Kernels.toBFloat16(x, 0, size, halves, 0);
  }

  @Benchmark
  @Fork(jvmArgsAppend = {MODULES, VECTOR, "-Dhalftone.kernels=vector"})
  public long bfloat16Simd() {
    return Kernels.toBFloat16(x, 0, size, halves, 0);
  }

  @Benchmark
  @Fork(jvmArgsAppend = "-Dhalftone.kernels=scalar")
  public byte[] float8Plain() {
    FloatFormat.E4M3.encode(x, 0, size, 0.01f, codes, 0);
    return codes;
  }

  @Benchmark
  @Fork(jvmArgsAppend = {MODULES, VECTOR, "-Dhalftone.kernels=vector"})
  public byte[] float8Simd() {
    FloatFormat.E4M3.encode(x, 0, size, 0.01f, codes, 0);
    return codes;
  }

  /** As many bytes in as codes. */
  @Benchmark
  public byte[] codesCopy() {
    System.arraycopy(codes, 0, packed, 0, size);
    return packed;
  }

  /** To be held against {@link #codesCopy}. */
  @Benchmark
  @Fork(jvmArgsAppend = {MODULES, VECTOR, "-Dhalftone.kernels=vector"})
  public byte[] pack4() {
    Kernels.pack(codes, 0, size, 4, packed, 0);
    return packed;
  }
}
