package dev.halftone.toolkit;

import dev.halftone.graph.BadInputException;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.onnx.WeightFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A place for an output to be written and judged before it gets its name: a hidden folder beside
 * it, so that moving it into place is atomic. Until {@link #commit} nothing exists under the final
 * name, or what existed is untouched. The folder goes when this is closed and when the JVM ends, by
 * a signal too. What a process left that was killed goes when the same output is staged the next
 * time.
 */
public final class StagedOutput implements AutoCloseable {
  private final Path target;
  private final StagingFolder folder;
  private final DeletedAtExit cleanup;

  private StagedOutput(Path target, StagingFolder folder) {
    this.target = target;
    this.folder = folder;
    this.cleanup = DeletedAtExit.of(folder);
  }

  /**
   * Makes the place, which shows that the output can be written.
   *
   * @throws UncheckedIOException if its folder is missing or not writable, or the output is a
   *     folder; the message names it
   */
  public static StagedOutput beside(Path target) {
    try {
      if (Files.isDirectory(target))
        throw new FileSystemException(target.toString(), null, "is a folder, not a file");
      Path parent = parent(target);
      if (!Files.isDirectory(parent))
        throw new NoSuchFileException(target.toString(), null, "its folder does not exist");
      if (Files.exists(target) && !Files.isWritable(target))
        throw new FileSystemException(target.toString(), null, "is not writable");
      return new StagedOutput(target, StagingFolder.create(parent, target));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Where to write: the final file name in the hidden folder, so that files beside it can be
   * referred to by name.
   */
  public Path file() {
    return folder.path().resolve(target.getFileName());
  }

  public Path target() {
    return target;
  }

  /**
   * Moves all that was written into place, the file itself last. Where the target was a model with
   * its weights in the file that has its name, and the new one has none there, that file goes.
   */
  public void commit() {
    try {
      Path stale = staleWeights();
      for (Path written : folder.written()) {
        if (!written.equals(file())) move(written);
      }
      move(file());
      if (stale != null) Files.deleteIfExists(stale);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The file of weights that nothing will refer to any more; null when there is none. */
  private @Nullable Path staleWeights() throws IOException {
    Path weights = OnnxWriter.dataFile(target);
    boolean written = Files.exists(OnnxWriter.dataFile(file()));
    return !written && Files.exists(target) && refersTo(weights) ? weights : null;
  }

  private boolean refersTo(Path weights) {
    try {
      return Files.exists(weights) && WeightFiles.belongs(target, weights);
    } catch (BadInputException | UncheckedIOException e) {
      // What is written over need not be a model, nor be readable.
      return false;
    }
  }

  private void move(Path written) throws IOException {
    Path name = parent(target).resolve(written.getFileName());
    Files.move(written, name, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void close() {
    cleanup.close();
  }

  /**
   * Refuses to write a model over one that is being read, or over its weights.
   *
   * @throws IllegalArgumentException if the output or the file for its weights is one of the
   *     model's files
   */
  static void refuseSame(Path model, Path output) {
    for (Path written : List.of(output, OnnxWriter.dataFile(output))) {
      if (WeightFiles.belongs(model, written)) {
        throw new IllegalArgumentException(
            "%s is both input and output; give the output another name".formatted(written));
      }
    }
  }

  private static Path parent(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null) throw new IllegalArgumentException(path + " is not a file name");
    return parent;
  }
}
