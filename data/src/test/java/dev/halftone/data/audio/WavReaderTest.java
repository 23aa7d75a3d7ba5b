package dev.halftone.data.audio;

import static dev.halftone.data.TestData.input;
import static dev.halftone.data.TestData.request;
import static dev.halftone.data.TestData.tensor;
import static dev.halftone.data.TestData.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.data.DataSet;
import dev.halftone.data.DataSets;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WavReaderTest {
  @TempDir Path folder;

  static byte[] wav(int code, int bits, int channels, byte[] data) {
    ByteBuffer out =
        ByteBuffer.allocate(12 + 24 + 10 + 8 + data.length).order(ByteOrder.LITTLE_ENDIAN);
    out.put(ascii("RIFF")).putInt(out.capacity() - 8).put(ascii("WAVE"));
    out.put(ascii("fmt ")).putInt(16).putShort((short) code).putShort((short) channels);
    out.putInt(8000).putInt(8000 * channels * bits / 8);
    out.putShort((short) (channels * bits / 8)).putShort((short) bits);
    // A chunk of odd length that readers skip with its padding byte.
    out.put(ascii("note")).putInt(1).put((byte) 1).put((byte) 0);
    return out.put(ascii("data")).putInt(data.length).put(data).array();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private float[] read(int code, int bits, int... bytes) {
    byte[] data = new byte[bytes.length];
    for (int i = 0; i < data.length; i++) data[i] = (byte) bytes[i];
    WavFile file = WavFile.open(write(folder.resolve("x.wav"), wav(code, bits, 1, data)));
    return file.read(0, file.frames());
  }

  @Test
  void everyEncoding() {
    assertThat(read(1, 8, 128, 0, 255)).containsExactly(0, -1, 127 / 128f);
    assertThat(read(1, 16, 0, 0x80, 0, 0x40)).containsExactly(-1, 0.5f);
    assertThat(read(1, 24, 0, 0, 0x80, 0, 0, 0x40, 1, 0, 0))
        .containsExactly(-1, 0.5f, 1f / (1 << 23));
    assertThat(read(1, 32, 0, 0, 0, 0x80, 0, 0, 0, 0x40)).containsExactly(-1, 0.5f);
    assertThat(read(3, 32, 0, 0, 0x80, 0x3F)).containsExactly(1);
    assertThat(read(3, 64, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F)).containsExactly(1);
  }

  @Test
  void channelsBecomeAnAxis() {
    byte[] data = {1, 0, 2, 0, 3, 0, 4, 0};
    write(folder.resolve("x.wav"), wav(1, 16, 2, data));
    DataSet set =
        DataSets.open(request(folder, null, null, input("x", DType.FLOAT32, "N", 2, "T")));
    assertThat(tensor(set, 0, "x").shape()).containsExactly(1, 2, 2);
    assertThat(tensor(set, 0, "x").floatAt(1)).isEqualTo(3 / 32768f);
  }

  @Test
  void framesWithContextOfTheFrameBefore() {
    byte[] data = new byte[2 * 9];
    for (int i = 0; i < 9; i++) data[2 * i + 1] = (byte) (i + 1);
    write(folder.resolve("a.wav"), wav(1, 16, 1, data));
    write(folder.resolve("b.wav"), wav(1, 16, 1, Arrays.copyOf(data, 8)));
    Path yaml =
        write(
            folder.resolve("d.yaml"),
            """
            inputs:
              x: {wav: ., rate: 8000, window: {length: 5, step: 4, pad-left: 1}}
              state: {zeros: [1, 2]}
            state: {state: next}
            """);
    DataSet set =
        DataSets.open(
            request(
                yaml,
                null,
                null,
                input("x", DType.FLOAT32, "N", 5),
                input("state", DType.FLOAT32, 1, 2)));
    assertThat(set.size()).isEqualTo(3);
    assertThat(set.starts()).containsExactlyInAnyOrder(0, 2);
    assertThat(times128(tensor(set, 0, "x").toFloats())).containsExactly(0, 1, 2, 3, 4);
    assertThat(times128(tensor(set, 1, "x").toFloats())).containsExactly(4, 5, 6, 7, 8);
    assertThat(times128(tensor(set, 2, "x").toFloats())).containsExactly(0, 1, 2, 3, 4);
    assertThat(tensor(set, 2, "state").toFloats()).containsExactly(0, 0);
  }

  private static float[] times128(float[] values) {
    float[] out = new float[values.length];
    for (int i = 0; i < out.length; i++) out[i] = values[i] * 128;
    return out;
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] whole = wav(1, 16, 1, new byte[4]);
    for (int length = 0; length < whole.length; length++) {
      Path file = write(folder.resolve("x.wav"), Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> WavFile.open(file)).isInstanceOf(MalformedDataException.class);
    }
  }

  @Test
  void encodingThatIsNotKnown() {
    Path file = write(folder.resolve("x.wav"), wav(2, 4, 1, new byte[4]));
    assertThatThrownBy(() -> WavFile.open(file)).hasMessageContaining("encoding 2 of 4 bits");
  }

  @Test
  void otherRateIsRefused() {
    write(folder.resolve("x.wav"), wav(1, 16, 1, new byte[4]));
    Path yaml = write(folder.resolve("d.yaml"), "inputs: {x: {wav: x.wav, rate: 16000}}");
    assertThatThrownBy(
            () -> DataSets.open(request(yaml, null, null, input("x", DType.FLOAT32, "N", 2))))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("8000 Hz, expected 16000 Hz");
  }
}
