package dev.halftone.maven;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsedFilesTest {
  @TempDir Path folder;
  private UsedFiles used;

  @BeforeEach
  void prepare() {
    used = new UsedFiles(folder);
  }

  private Path file(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  @Test
  void aModelsWeightsBesideItAreItsOwn() throws IOException {
    Path weights = file("m.weights", "w");
    Path inner = file("in ner/größe.bin", "w");
    file("other.onnx", "");
    file("secret", "");
    String large = "x".repeat((1 << 16) - 20);
    Path model =
        file(
            "m.onnx",
            large
                + location("in ner/größe.bin")
                + "secret \n\b\n\bloc"
                + location("m.weights")
                + location("gone")
                + "\n\blocation\u0012");
    used.model(model);
    assertThat(used.files()).containsExactlyInAnyOrder(model, weights, inner);
  }

  /** As protobuf writes it: fields 1 and 2, each with its length in bytes. */
  private static String location(String path) {
    int length = path.getBytes(StandardCharsets.UTF_8).length;
    return "\n\blocation\u0012" + (char) length + path;
  }

  @Test
  void allPartsOfAModelAreItsOwn() throws IOException {
    Path first = file("model-00001-of-00002.safetensors", "1");
    Path second = file("model-00002-of-00002.safetensors", "2");
    Path index = file("model.safetensors.index.json", "{}");
    file("notes.txt", "");
    used.model(index);
    assertThat(used.files()).containsExactly(first, second, index);
    UsedFiles others = new UsedFiles(folder);
    others.model(first);
    assertThat(others.files()).containsExactly(first, second, index);
  }

  @Test
  void aDescriptionCountsWithWhatItNames() throws IOException {
    Path description =
        file(
            "data.yaml",
            "inputs:\n  x: {file: x.npy, rows: 0:5}\nlabels: 'my labels.csv'\nup: ..\n");
    Path samples = file("x.npy", "1");
    Path labels = file("my labels.csv", "2");
    file("unused.npy", "3");
    used.argument("data.yaml");
    assertThat(used.files()).containsExactlyInAnyOrder(description, samples, labels);
  }

  @Test
  void aDescriptionMayNameFilesOfAnotherFolder() throws IOException {
    Path description = file("data.yaml", "file: x.npy");
    Path samples = file("far/x.npy", "1");
    used.argument("data.yaml@far");
    assertThat(used.files()).containsExactlyInAnyOrder(description, samples);
  }

  @Test
  void theRootOfADescriptionIsNotAFileOfIt() throws IOException {
    Path description =
        file(
            "some/data.yaml",
            "root: ../far  # all data\ninputs:\n  x: {images: x, preprocess: p.yaml}");
    Path preprocessing = file("some/p.yaml", "");
    Path samples = file("far/x/a.png", "1").getParent();
    file("far/unused", "");
    used.argument("some/data.yaml");
    assertThat(used.files()).containsExactlyInAnyOrder(description, preprocessing, samples);
  }

  @Test
  void wordsThatAreNoFilesAreNone() throws IOException {
    for (String word : new String[] {"random", "random:8", "", ".", "--no-latency", "none.npy"})
      used.argument(word);
    assertThat(used.files()).isEmpty();
  }
}
