package dev.halftone.toolkit.packed;

import dev.halftone.checkpoint.safetensors.ModelLayout;
import dev.halftone.llm.stream.Finished;
import dev.halftone.llm.stream.Journal;
import dev.halftone.llm.stream.WorkKey;
import dev.halftone.llm.stream.WriteProgress;
import dev.halftone.tensor.PendingFile;
import dev.halftone.toolkit.Halftone;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.CRC32C;

/** The files of a result, filled piece by piece; pieces that are there already are taken. */
final class ResultFiles implements AutoCloseable {
  /**
   * A result.
   *
   * @param out the folder, or the file
   * @param layout of its weights
   * @param oneFile whether the result is a file, into which nothing goes but weights
   * @param config what config.json holds; empty for none
   * @param companions files that go along into a folder
   */
  record Target(
      Path out,
      ModelLayout layout,
      boolean oneFile,
      Optional<String> config,
      List<Path> companions) {
    Target {
      companions = List.copyOf(companions);
    }

    static Target file(Path out, ModelLayout layout) {
      return new Target(out, layout, true, Optional.empty(), List.of());
    }

    static Target folder(
        Path out, ModelLayout layout, Optional<String> config, List<Path> companions) {
      return new Target(out, layout, false, config, companions);
    }

    /** What tells this result from others of that name. */
    private void addTo(WorkKey key) {
      key.add(Halftone.version());
      layout.shards().forEach(shard -> key.add(shard.name()).add(shard.layout().header()));
      key.add(config.orElse(""));
      companions.forEach(key::addInput);
    }
  }

  private final Target target;
  private final UnfinishedResult unfinished;
  private final List<ShardFile> open = new ArrayList<>();
  private final Map<String, ShardFile> files = new HashMap<>();

  private ResultFiles(Target target, UnfinishedResult unfinished) {
    this.target = target;
    this.unfinished = unfinished;
  }

  /**
   * Writes all files and moves them into place.
   *
   * @param key what is read and what was chosen
   * @return the error of each piece
   * @throws UncheckedIOException if it cannot be written, or what has that name already is not
   *     replaced: a file by a folder, a folder by a file, or a folder that holds files
   */
  static List<MatrixError> write(
      Target target, List<Piece> pieces, WorkKey key, WriteProgress progress) {
    target.addTo(key);
    try (UnfinishedResult unfinished =
        UnfinishedResult.open(target.out(), target.oneFile(), key.line(), pieces.size())) {
      try (ResultFiles files = new ResultFiles(target, unfinished)) {
        files.prepare();
        List<MatrixError> errors = files.fill(pieces, progress);
        files.close();
        unfinished.commit();
        return errors;
      } catch (IOException | RuntimeException e) {
        unfinished.delete();
        throw e;
      }
    } catch (FileSystemException e) {
      throw new UncheckedIOException(e); // It names the file.
    } catch (IOException e) {
      throw PendingFile.notWritten(target.out(), e);
    }
  }

  private void prepare() throws IOException {
    Path folder = unfinished.path();
    if (unfinished.isNew()) unfinished.requireSpace(target.layout().size());
    for (Path file : target.companions())
      Files.copy(
          file,
          folder.resolve(Objects.requireNonNull(file.getFileName()).toString()),
          StandardCopyOption.REPLACE_EXISTING);
    if (target.config().isPresent())
      Files.writeString(folder.resolve("config.json"), target.config().get());
    if (target.layout().indexText().isPresent())
      Files.writeString(folder.resolve(ModelLayout.indexName()), target.layout().indexText().get());
    ByteBuffer buffer = ShardFile.buffer();
    for (ModelLayout.Shard shard : target.layout().shards()) {
      ShardFile file = ShardFile.open(folder, shard, buffer);
      open.add(file);
      for (String tensor : shard.tensors().keySet()) files.put(tensor, file);
    }
  }

  private List<MatrixError> fill(List<Piece> pieces, WriteProgress progress) throws IOException {
    List<MatrixError> errors = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      Finished earlier = unfinished.journal().finished(i);
      boolean there = earlier != null && checksum(piece.regions()) == earlier.checksum();
      errors.add(
          there && earlier != null
              ? new MatrixError(earlier.signal(), earlier.noise())
              : make(i, piece, unfinished.journal()));
      progress.advanced(piece.progress());
    }
    return errors;
  }

  private MatrixError make(int index, Piece piece, Journal journal) throws IOException {
    long start = System.nanoTime();
    Piece.Made made = piece.make();
    List<Piece.Region> regions = piece.regions();
    CRC32C checksum = new CRC32C();
    for (int i = 0; i < regions.size(); i++) {
      Piece.Region region = regions.get(i);
      MemorySegment bytes = made.parts().get(i);
      if (bytes.byteSize() != region.bytes())
        throw new IllegalStateException("%s: %d bytes".formatted(region, bytes.byteSize()));
      file(region).write(region.tensor(), region.from(), bytes, checksum);
    }
    MatrixError error = made.error();
    journal.add(
        Finished.of(
            index,
            (int) checksum.getValue(),
            error.signal(),
            error.noise(),
            System.nanoTime() - start));
    return error;
  }

  private int checksum(List<Piece.Region> regions) throws IOException {
    CRC32C checksum = new CRC32C();
    for (Piece.Region region : regions)
      file(region).read(region.tensor(), region.from(), region.bytes(), checksum);
    return (int) checksum.getValue();
  }

  private ShardFile file(Piece.Region region) {
    return Objects.requireNonNull(files.get(region.tensor()), region.tensor());
  }

  @Override
  public void close() throws IOException {
    for (ShardFile file : open) file.close();
  }
}
