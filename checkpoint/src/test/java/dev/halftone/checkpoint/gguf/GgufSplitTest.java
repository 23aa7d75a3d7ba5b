package dev.halftone.checkpoint.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.MalformedModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufSplitTest {
  @TempDir Path folder;

  @BeforeEach
  void threeParts() throws IOException {
    GgufBytes first = keys(GgufBytes.header(1, 4), 0, 3, 3).number("answer", 42);
    Files.write(part(1), tensor(first, "a"));
    Files.write(part(2), tensor(keys(GgufBytes.header(1, 3), 1, 3, 3), "b"));
    Files.write(part(3), tensor(keys(GgufBytes.header(1, 3), 2, 3, 3), "c"));
  }

  private Path part(int number) {
    return folder.resolve("model-%05d-of-00003.gguf".formatted(number));
  }

  private static GgufBytes keys(GgufBytes file, int number, int count, int tensors) {
    file.key("split.no", ValueType.UINT16).u16(number);
    file.key("split.count", ValueType.UINT16).u16(count);
    return file.key("split.tensors.count", ValueType.INT32).u32(tensors);
  }

  private static byte[] tensor(GgufBytes file, String name) {
    return file.tensor(name, 0, 0, 1).pad(32).u32(name.charAt(0)).pad(32).done();
  }

  @Test
  void anyPartBringsTheWhole() throws IOException {
    for (int number = 1; number <= 3; number++) {
      Gguf model = Gguf.read(part(number));
      assertThat(model.paths()).containsExactly(part(1), part(2), part(3));
      assertThat(model.metadata().keySet()).containsExactly("answer");
      assertThat(model.tensors().keySet()).containsExactly("a", "b", "c");
      assertThat(GgufBytes.blocks(GgufBytes.tensor(model, "b"))).containsExactly('b', 0, 0, 0);
      Path whole = folder.resolve("whole.gguf");
      GgufWriter.write(whole, model);
      Gguf written = Gguf.read(whole);
      assertThat(written.tensors().keySet()).containsExactly("a", "b", "c");
      assertThat(GgufBytes.blocks(GgufBytes.tensor(written, "c"))).containsExactly('c', 0, 0, 0);
    }
  }

  @Test
  void oneOfOneIsAFileLikeAnyOther() throws IOException {
    Path file = folder.resolve("single.gguf");
    Files.write(file, tensor(keys(GgufBytes.header(1, 3), 0, 1, 1), "a"));
    assertThat(Gguf.read(file).metadata()).containsKey("split.count");
  }

  @Test
  void aPartIsMissing() throws IOException {
    Files.delete(part(2));
    assertThatThrownBy(() -> Gguf.read(part(1)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(part(2).toString());
  }

  @Test
  void theNameDoesNotFit() throws IOException {
    Path renamed = Files.move(part(1), folder.resolve("model.gguf"));
    malformed(renamed, "split.count is 3, expected a file name that ends in -0000X-of-00003.gguf");
    Path other = Files.move(renamed, folder.resolve("model-00001-of-00004.gguf"));
    malformed(other, "split.count is 3, expected a file name");
  }

  @Test
  void partsThatDoNotBelongTogether() throws IOException {
    Files.write(part(2), tensor(keys(GgufBytes.header(1, 3), 2, 3, 3), "b"));
    malformed(part(1), "split.no is 2, expected 1");
    Files.write(part(2), tensor(keys(GgufBytes.header(1, 3), 1, 4, 3), "b"));
    malformed(part(1), "split.count is 4, expected 3");
    Files.write(part(2), tensor(GgufBytes.header(1, 0), "b"));
    malformed(part(1), "split.count is 1, expected 3");
    Files.write(part(2), tensor(keys(GgufBytes.header(1, 3), 1, 3, 3), "a"));
    malformed(part(1), "tensor \"a\" is in an earlier part too");
    GgufBytes first = keys(GgufBytes.header(1, 3), 0, 3, 7);
    Files.write(part(1), tensor(first, "x"));
    malformed(part(1), "split.tensors.count is 7, the files have 3 tensors");
  }

  @Test
  void aCountThatIsNone() throws IOException {
    GgufBytes text = GgufBytes.header(1, 1).key("split.count", ValueType.STRING).text("3");
    Files.write(part(1), tensor(text, "a"));
    malformed(part(1), "split.count is STRING, expected a number");
    GgufBytes huge = GgufBytes.header(1, 1).key("split.count", ValueType.INT64).u64(Long.MAX_VALUE);
    Files.write(part(1), tensor(huge, "a"));
    malformed(part(1), "split.count is 9223372036854775807, expected a file name");
  }

  private static void malformed(Path file, String problem) {
    assertThatThrownBy(() -> Gguf.read(file))
        .isInstanceOf(MalformedModelException.class)
        .hasMessageContaining(problem);
  }
}
