package dev.halftone.data.audio;

import dev.halftone.data.file.DataFiles;
import dev.halftone.graph.MalformedDataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A RIFF/WAVE file: chunks of a four-letter name, a length, and that many bytes, padded to even.
 * {@code fmt } has the encoding, {@code data} the frames, a frame being one value for each channel.
 * Known encodings: PCM of 8 (unsigned), 16, 24 and 32 bits, and IEEE floats of 32 and 64 bits.
 *
 * @param rate frames a second
 * @param dataOffset byte of the first frame
 */
record WavFile(Path path, Encoding encoding, int channels, int rate, long dataOffset, long frames) {
  private static final int RIFF = 0x46464952;
  private static final int WAVE = 0x45564157;
  private static final int FMT = 0x20746d66;
  private static final int DATA = 0x61746164;
  private static final int MOST_CHANNELS = 256;

  /** How one value is stored; {@code factor} brings integers to [-1, 1). */
  enum Encoding {
    PCM8(1, 0x1p-7f),
    PCM16(2, 0x1p-15f),
    PCM24(3, 0x1p-23f),
    PCM32(4, 0x1p-31f),
    FLOAT32(4, 1),
    FLOAT64(8, 1);

    final int bytes;
    private final float factor;

    Encoding(int bytes, float factor) {
      this.bytes = bytes;
      this.factor = factor;
    }

    float value(ByteBuffer in, int at) {
      return switch (this) {
        case PCM8 -> ((in.get(at) & 0xFF) - 128) * factor;
        case PCM16 -> in.getShort(at) * factor;
        case PCM24 -> ((in.get(at + 2) << 16) | (in.getShort(at) & 0xFFFF)) * factor;
        case PCM32 -> in.getInt(at) * factor;
        case FLOAT32 -> in.getFloat(at);
        case FLOAT64 -> (float) in.getDouble(at);
      };
    }
  }

  /**
   * Reads the header.
   *
   * @throws MalformedDataException if it is not a sound WAV file of a known encoding
   * @throws UncheckedIOException if it cannot be read
   */
  static WavFile open(Path path) {
    DataFiles.requireThere(path);
    try (FileChannel channel = FileChannel.open(path)) {
      return new Chunks(path, channel).header();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Values {@code [channel * (to - from) + i]} of frames {@code [from, to)}, integers scaled to
   * [-1, 1).
   */
  float[] read(long from, long to) {
    Objects.checkFromToIndex(from, to, frames);
    int width = encoding.bytes * channels;
    int count = Math.toIntExact(to - from);
    ByteBuffer bytes = read(dataOffset + from * width, Math.multiplyExact(count, width));
    float[] values = new float[Math.multiplyExact(count, channels)];
    for (int frame = 0; frame < count; frame++) {
      for (int channel = 0; channel < channels; channel++) {
        int at = frame * width + channel * encoding.bytes;
        values[channel * count + frame] = encoding.value(bytes, at);
      }
    }
    return values;
  }

  private ByteBuffer read(long position, int length) {
    try (FileChannel channel = FileChannel.open(path)) {
      return read(path, channel, position, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ByteBuffer read(Path path, FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new MalformedDataException(
            path, "byte " + (position + bytes.position()), "the file ends too early");
      }
    }
    return bytes.flip();
  }

  /** Walks through the chunks of a file. */
  private record Chunks(Path path, FileChannel channel) {
    WavFile header() throws IOException {
      ByteBuffer riff = read(path, channel, 0, 12);
      if (riff.getInt(0) != RIFF || riff.getInt(8) != WAVE) {
        throw new MalformedDataException(path, "byte 0", "not RIFF/WAVE");
      }
      ByteBuffer format = null;
      long position = 12;
      while (position + 8 <= channel.size()) {
        ByteBuffer chunk = read(path, channel, position, 8);
        long length = chunk.getInt(4) & 0xFFFFFFFFL;
        if (chunk.getInt(0) == FMT) format = format(position, length);
        if (chunk.getInt(0) == DATA) return file(format, position, length);
        position += 8 + length + (length & 1);
      }
      throw new MalformedDataException(path, "byte " + position, "no data chunk");
    }

    private ByteBuffer format(long position, long length) throws IOException {
      if (length >= 16 && length <= 1024) return read(path, channel, position + 8, (int) length);
      throw new MalformedDataException(
          path, "byte " + position, "a format of %d bytes, expected 16 to 1024".formatted(length));
    }

    private WavFile file(@Nullable ByteBuffer format, long position, long length)
        throws IOException {
      if (format == null) {
        throw new MalformedDataException(path, "byte " + position, "data before its format");
      }
      int channels = format.getShort(2) & 0xFFFF;
      Encoding encoding = encoding(format);
      int frame = channels * encoding.bytes;
      if (channels == 0 || channels > MOST_CHANNELS) {
        throw new MalformedDataException(path, "format", channels + " channels");
      }
      if (length % frame != 0 || position + 8 + length > channel.size()) {
        throw new MalformedDataException(
            path,
            "byte " + position,
            "%d bytes of data, expected whole frames of %d bytes and at most %d bytes"
                .formatted(length, frame, channel.size() - position - 8));
      }
      return new WavFile(path, encoding, channels, format.getInt(4), position + 8, length / frame);
    }

    private Encoding encoding(ByteBuffer format) {
      int code = format.getShort(0) & 0xFFFF;
      int bits = format.getShort(14) & 0xFFFF;
      // WAVE_FORMAT_EXTENSIBLE: the first two bytes of the sub-format's GUID are the code.
      if (code == 0xFFFE && format.capacity() >= 26) code = format.getShort(24) & 0xFFFF;
      if (code == 1 && bits == 8) return Encoding.PCM8;
      if (code == 1 && bits == 16) return Encoding.PCM16;
      if (code == 1 && bits == 24) return Encoding.PCM24;
      if (code == 1 && bits == 32) return Encoding.PCM32;
      if (code == 3 && bits == 32) return Encoding.FLOAT32;
      if (code == 3 && bits == 64) return Encoding.FLOAT64;
      throw new MalformedDataException(
          path,
          "format",
          "encoding %d of %d bits, expected PCM of 8, 16, 24, 32 bits or floats of 32, 64"
              .formatted(code, bits));
    }
  }
}
