package dev.halftone.bench.kernels;

import dev.halftone.number.gguf.BlockType;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Values a second of GGUF's block types on one thread, plain and in SIMD; {@code ops/us} are
 * millions of values a second. The SIMD loops take seconds to be compiled. Run with {@code java -cp
 * 'bench/target/app/*' org.openjdk.jmh.Main BlockBenchmark -p type=Q4_K,Q6_K}.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BlockBenchmark {
  /** Of a decoder of a billion parameters. */
  private static final int COLUMNS = 2048;

  private static final int ROWS = 32;

  @Param({"Q4_0", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_XS"})
  public BlockType type = BlockType.Q4_K;

  /** Whether columns have importance. */
  @Param({"false", "true"})
  public boolean weighted;

  private float[] x = {};
  private float @Nullable [] weights;
  private byte[] blocks = {};
  private int rowBytes;

  /** Normally distributed, as weights are nearly, with importance from 1 to 2. */
  @Setup
  public void fill() {
    Random random = new Random(1);
    x = new float[ROWS * COLUMNS];
    for (int i = 0; i < x.length; i++) x[i] = 0.02f * (float) random.nextGaussian();
    float[] importance = new float[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) importance[i] = 1 + random.nextFloat();
    weights = weighted ? importance : null;
    rowBytes = Math.toIntExact(type.bytes(COLUMNS));
    blocks = new byte[ROWS * rowBytes];
  }

  @Benchmark
  @OperationsPerInvocation(ROWS * COLUMNS)
  @Fork(jvmArgsAppend = "-Dhalftone.kernels=scalar")
  public byte[] quantizePlain() {
    return quantize();
  }

  @Benchmark
  @OperationsPerInvocation(ROWS * COLUMNS)
  @Fork(jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Dhalftone.kernels=vector"})
  public byte[] quantizeSimd() {
    return quantize();
  }

  private byte[] quantize() {
    for (int row = 0; row < ROWS; row++) {
      int first = row * COLUMNS;
      type.quantize(x, first, first + COLUMNS, weights, blocks, row * rowBytes);
    }
    return blocks;
  }

  @Benchmark
  @OperationsPerInvocation(ROWS * COLUMNS)
  @Fork(jvmArgsAppend = "-Dhalftone.kernels=scalar")
  public float[] dequantize() {
    type.dequantize(blocks, 0, x, 0, x.length);
    return x;
  }
}
