package dev.halftone.toolkit.packed;

import dev.halftone.checkpoint.safetensors.ModelLayout.Shard;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file of weights that is filled in any order. */
final class ShardFile implements AutoCloseable {
  private static final int PIECE = 1 << 20;

  private final Shard shard;
  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE);

  private ShardFile(Shard shard, FileChannel channel) {
    this.shard = shard;
    this.channel = channel;
  }

  /** Starts the file with its header. */
  static ShardFile create(Path folder, Shard shard) throws IOException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve(shard.name()), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    ShardFile file = new ShardFile(shard, channel);
    file.writeAt(0, shard.layout().header());
    return file;
  }

  /** Writes a part of a tensor, from its byte {@code from} on. */
  void write(String tensor, long from, MemorySegment bytes) throws IOException {
    writeAt(shard.layout().position(tensor) + from, bytes);
  }

  /** Through a buffer outside the heap, since arrays of numbers are no bytes for a channel. */
  private void writeAt(long position, MemorySegment bytes) throws IOException {
    for (long done = 0; done < bytes.byteSize(); done += PIECE) {
      int length = (int) Math.min(PIECE, bytes.byteSize() - done);
      ByteBuffer piece = buffer.clear().limit(length);
      MemorySegment.copy(bytes, done, MemorySegment.ofBuffer(piece), 0, length);
      long at = position + done;
      while (piece.hasRemaining()) at += channel.write(piece, at);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
