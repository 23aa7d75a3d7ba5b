package dev.halftone.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.onnx.OnnxWriter;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagedOutputTest {
  @TempDir Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void nothingIsSeenBeforeCommitAndAllAfterIt() throws IOException {
    Path target = Files.writeString(folder.resolve("out.onnx"), "old");
    try (StagedOutput output = StagedOutput.beside(target)) {
      Files.writeString(output.file(), "new");
      Files.writeString(output.file().resolveSibling("out.onnx.data"), "weights");
      assertThat(target).hasContent("old");
      output.commit();
    }
    assertThat(names()).containsExactly("out.onnx", "out.onnx.data");
    assertThat(target).hasContent("new");
  }

  private void rewrite(Path target, ExternalData weights) {
    try (StagedOutput output = StagedOutput.beside(target)) {
      OnnxWriter.write(SmallModels.dense(), output.file(), weights);
      output.commit();
    }
  }

  @Test
  void weightsThatNothingRefersToAnyMoreGo() throws IOException {
    Path target = folder.resolve("out.onnx");
    rewrite(target, ExternalData.ALWAYS);
    assertThat(names()).containsExactly("out.onnx", "out.onnx.data");
    rewrite(target, ExternalData.ALWAYS);
    assertThat(names()).containsExactly("out.onnx", "out.onnx.data");
    rewrite(target, ExternalData.WHEN_NEEDED);
    assertThat(names()).containsExactly("out.onnx");
  }

  @Test
  void filesThatTheOldOutputDidNotReferToStay() throws IOException {
    Path target = folder.resolve("out.onnx");
    Files.writeString(folder.resolve("out.onnx.data"), "of somebody else");
    rewrite(target, ExternalData.WHEN_NEEDED);
    rewrite(target, ExternalData.WHEN_NEEDED);
    Files.writeString(target, "no model");
    rewrite(target, ExternalData.WHEN_NEEDED);
    assertThat(names()).containsExactly("out.onnx", "out.onnx.data");
  }

  @Test
  void withoutCommitNothingStays() throws IOException {
    try (StagedOutput output = StagedOutput.beside(folder.resolve("out.onnx"))) {
      Files.writeString(output.file(), "half");
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void whatNobodyWillFinishIsSweptAway() throws IOException {
    Path left = Files.createDirectory(folder.resolve(".out.onnx.halftone-1"));
    Files.writeString(left.resolve(".lock"), "");
    Files.writeString(left.resolve("out.onnx"), "half");
    Path begun = Files.createDirectory(folder.resolve(".out.onnx.halftone-2"));
    Path ofAnother = Files.createDirectory(folder.resolve(".other.onnx.halftone-3"));
    Files.writeString(ofAnother.resolve(".lock"), "");
    StagedOutput.beside(folder.resolve("out.onnx")).close();
    assertThat(left).doesNotExist();
    assertThat(begun).exists();
    assertThat(ofAnother).exists();
  }

  @Test
  void whatIsBeingWrittenStays() throws IOException {
    Path target = folder.resolve("out.onnx");
    try (StagedOutput output = StagedOutput.beside(target)) {
      Files.writeString(output.file(), "new");
      StagedOutput.beside(target).close();
      assertThat(output.file()).hasContent("new");
      output.commit();
    }
    assertThat(names()).containsExactly("out.onnx");
  }

  @Test
  void aMissingFolderIsNamed() {
    Path target = folder.resolve("missing/out.onnx");
    assertThatThrownBy(() -> StagedOutput.beside(target))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(target + ": its folder does not exist");
  }

  @Test
  void aFolderIsNoOutput() {
    assertThatThrownBy(() -> StagedOutput.beside(folder))
        .hasMessageContaining(folder + ": is a folder, not a file");
  }
}
