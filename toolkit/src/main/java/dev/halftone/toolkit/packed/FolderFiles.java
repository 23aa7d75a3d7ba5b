package dev.halftone.toolkit.packed;

import dev.halftone.checkpoint.safetensors.ModelLayout;
import dev.halftone.toolkit.StagedFolder;
import dev.halftone.toolkit.StagedOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The files of a result that is written, which appears whole or not at all. */
final class FolderFiles {
  /** Where the bytes of tensors go, in any order. */
  @FunctionalInterface
  interface Sink {
    /** Writes a part of a tensor, from its byte {@code from} on. */
    void write(String tensor, long from, MemorySegment bytes) throws IOException;
  }

  /** Fills the tensors, and tells what there is to tell of it. */
  @FunctionalInterface
  interface Work<T> {
    T fill(Sink sink) throws IOException;
  }

  private FolderFiles() {}

  /**
   * Writes a folder.
   *
   * @param source whose other files go along
   * @param config what config.json holds
   * @throws UncheckedIOException if something has that name already, or it cannot be written
   */
  static <T> T write(Path source, Path out, String config, ModelLayout layout, Work<T> work) {
    try (StagedFolder staged = StagedFolder.beside(out)) {
      requireSpace(layout, out, staged.path());
      copyCompanions(source, staged.path());
      Files.writeString(staged.path().resolve("config.json"), config);
      if (layout.indexText().isPresent())
        Files.writeString(staged.path().resolve(ModelLayout.indexName()), layout.indexText().get());
      T result = fill(staged.path(), layout, work);
      staged.commit();
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes one file, over what has its name.
   *
   * @param layout of one file of that name
   * @throws UncheckedIOException if it cannot be written
   */
  static <T> T writeOne(Path out, ModelLayout layout, Work<T> work) {
    try (StagedOutput staged = StagedOutput.beside(out)) {
      Path folder = Objects.requireNonNull(staged.file().getParent());
      requireSpace(layout, out, folder);
      T result = fill(folder, layout, work);
      staged.commit();
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void requireSpace(ModelLayout layout, Path out, Path staged) throws IOException {
    long bytes = layout.size();
    long free = Files.getFileStore(staged).getUsableSpace();
    if (free < bytes)
      throw new FileSystemException(
          out.toString(), null, "it takes %,d bytes, and %,d are free".formatted(bytes, free));
  }

  private static void copyCompanions(Path source, Path folder) throws IOException {
    for (Path file : Companions.of(source))
      Files.copy(file, folder.resolve(Objects.requireNonNull(file.getFileName()).toString()));
  }

  private static <T> T fill(Path folder, ModelLayout layout, Work<T> work) throws IOException {
    Map<String, ShardFile> files = new HashMap<>();
    List<ShardFile> open = new ArrayList<>();
    try {
      for (ModelLayout.Shard shard : layout.shards()) {
        ShardFile file = ShardFile.create(folder, shard);
        open.add(file);
        for (String tensor : shard.tensors().keySet()) files.put(tensor, file);
      }
      return work.fill(
          (tensor, from, bytes) ->
              Objects.requireNonNull(files.get(tensor)).write(tensor, from, bytes));
    } finally {
      for (ShardFile file : open) file.close();
    }
  }
}
