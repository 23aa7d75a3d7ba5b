package dev.halftone.maven;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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
    Path model = file("m.onnx", "location m.weights length 3");
    file("other.onnx", "");
    used.model(model);
    assertThat(used.files()).containsExactly(model, weights);
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
