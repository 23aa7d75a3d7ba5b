package dev.halftone.toolkit;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The hash of a model on disk, found beside other work: large files take seconds, and nobody waits
 * for it before the end.
 */
final class FileHash {
  private final CompletableFuture<ModelFile> file;

  FileHash(Path path) {
    file = CompletableFuture.supplyAsync(() -> ModelFile.of(path));
  }

  /**
   * Hash and size, when they are found.
   *
   * @throws UncheckedIOException if the file cannot be read
   */
  ModelFile file() {
    try {
      return file.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) throw cause;
      throw e;
    }
  }
}
