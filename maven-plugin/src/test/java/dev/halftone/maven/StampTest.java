package dev.halftone.maven;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StampTest {
  @TempDir Path folder;
  private Path input;
  private Path output;

  @BeforeEach
  void prepare() throws IOException {
    input = Files.writeString(folder.resolve("in"), "1");
    output = Files.writeString(folder.resolve("out"), "2");
    stamp("a").write(List.of(output));
  }

  private Stamp stamp(String argument) throws IOException {
    String inputs = new Fingerprint().text(argument).file(input).hex();
    return new Stamp(folder.resolve("target/stamp"), inputs);
  }

  @Test
  void nothingChanged() throws IOException {
    assertThat(stamp("a").isCurrent(List.of(output))).isTrue();
  }

  @Test
  void anArgumentChanged() throws IOException {
    assertThat(stamp("b").isCurrent(List.of(output))).isFalse();
  }

  @Test
  void anInputChanged() throws IOException {
    Files.writeString(input, "3");
    assertThat(stamp("a").isCurrent(List.of(output))).isFalse();
  }

  @Test
  void aResultChangedOrIsGone() throws IOException {
    Files.writeString(output, "3");
    assertThat(stamp("a").isCurrent(List.of(output))).isFalse();
    Files.delete(output);
    assertThat(stamp("a").isCurrent(List.of(output))).isFalse();
  }

  @Test
  void aFolderCountsByAllOfItsFiles() throws IOException {
    Path inner = Files.createDirectories(folder.resolve("data/inner"));
    String before = new Fingerprint().file(folder.resolve("data")).hex();
    Files.writeString(inner.resolve("a"), "");
    String one = new Fingerprint().file(folder.resolve("data")).hex();
    Files.move(inner.resolve("a"), inner.resolve("b"));
    String renamed = new Fingerprint().file(folder.resolve("data")).hex();
    assertThat(List.of(before, one, renamed)).doesNotHaveDuplicates();
  }

  @Test
  void whereOneTextEndsCounts() {
    assertThat(new Fingerprint().text("a").text("bc").hex())
        .isNotEqualTo(new Fingerprint().text("ab").text("c").hex());
  }
}
