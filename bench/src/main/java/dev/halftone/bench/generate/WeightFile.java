package dev.halftone.bench.generate;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/**
 * Random weights in a temporary file, mapped into memory as they are made, so that none stay on the
 * heap.
 */
final class WeightFile implements Closeable {
  private static final int CHUNK = 1 << 20;

  private final Path file;
  private final FileChannel channel;
  private final Arena arena = Arena.ofShared();
  private final SplittableRandom random;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK).order(ByteOrder.LITTLE_ENDIAN);

  /** Lies beside {@code model} until it is closed. */
  WeightFile(Path model, long seed) throws IOException {
    file = model.resolveSibling(model.getFileName() + ".weights");
    channel =
        FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    random = new SplittableRandom(seed);
  }

  /** A FLOAT32 tensor of normally distributed numbers with mean 0; valid until this is closed. */
  Tensor gaussian(double deviation, long... shape) throws IOException {
    long start = channel.size();
    long count = Tensor.elements(shape);
    for (long done = 0; done < count; ) {
      int part = (int) Math.min(CHUNK / Float.BYTES, count - done);
      buffer.clear();
      for (int i = 0; i < part; i++) buffer.putFloat((float) (deviation * random.nextGaussian()));
      buffer.flip();
      while (buffer.hasRemaining()) channel.write(buffer, channel.size());
      done += part;
    }
    long bytes = DType.FLOAT32.bytes(count);
    return Tensor.of(DType.FLOAT32, shape, channel.map(MapMode.READ_ONLY, start, bytes, arena));
  }

  @Override
  public void close() throws IOException {
    arena.close();
    channel.close();
    Files.deleteIfExists(file);
  }
}
