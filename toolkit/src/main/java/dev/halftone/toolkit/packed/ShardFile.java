package dev.halftone.toolkit.packed;

import dev.halftone.checkpoint.safetensors.ModelLayout.Shard;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/** A file of weights that is filled in any order. */
final class ShardFile implements AutoCloseable {
  private static final int PIECE = 1 << 20;

  private final Shard shard;
  private final FileChannel channel;
  private final ByteBuffer buffer;

  private ShardFile(Shard shard, FileChannel channel, ByteBuffer buffer) {
    this.shard = shard;
    this.channel = channel;
    this.buffer = buffer;
  }

  /** What bytes of files go through, one after the other: one for all files of a result. */
  static ByteBuffer buffer() {
    return ByteBuffer.allocateDirect(PIECE);
  }

  /** Opens what is there, or zeros, of the file's size, and writes its header. */
  static ShardFile open(Path folder, Shard shard, ByteBuffer buffer) throws IOException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve(shard.name()),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    ShardFile file = new ShardFile(shard, channel, buffer);
    try {
      long size = shard.layout().size();
      if (channel.size() != size) {
        channel.truncate(0);
        channel.write(ByteBuffer.allocate(1), size - 1);
      }
      file.writeAt(0, shard.layout().header(), new CRC32C());
      return file;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Writes a part of a tensor, from its byte {@code from} on, and adds it to a checksum. */
  void write(String tensor, long from, MemorySegment bytes, CRC32C checksum) throws IOException {
    writeAt(shard.layout().position(tensor) + from, bytes, checksum);
  }

  /** Adds bytes of a tensor that are there, from its byte {@code from} on, to a checksum. */
  void read(String tensor, long from, long bytes, CRC32C checksum) throws IOException {
    long position = shard.layout().position(tensor) + from;
    for (long done = 0; done < bytes; done += PIECE) {
      ByteBuffer piece = buffer.clear().limit((int) Math.min(PIECE, bytes - done));
      while (piece.hasRemaining())
        if (channel.read(piece, position + done + piece.position()) < 0)
          throw new EOFException(shard.name());
      checksum.update(piece.flip());
    }
  }

  /** Through a buffer outside the heap, since arrays of numbers are no bytes for a channel. */
  private void writeAt(long position, MemorySegment bytes, CRC32C checksum) throws IOException {
    for (long done = 0; done < bytes.byteSize(); done += PIECE) {
      int length = (int) Math.min(PIECE, bytes.byteSize() - done);
      ByteBuffer piece = buffer.clear().limit(length);
      MemorySegment.copy(bytes, done, MemorySegment.ofBuffer(piece), 0, length);
      checksum.update(piece);
      piece.rewind();
      long at = position + done;
      while (piece.hasRemaining()) at += channel.write(piece, at);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
