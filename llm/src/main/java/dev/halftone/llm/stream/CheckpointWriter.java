package dev.halftone.llm.stream;

import dev.halftone.checkpoint.gguf.Layout;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.kernels.ScaleFits;
import dev.halftone.llm.stream.RowEncoder.Error;
import dev.halftone.tensor.PendingFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes a checkpoint in pieces: each thread takes the next piece, reads its rows, makes its blocks
 * and writes them where they belong. Memory is some pieces a thread, whatever the model's size; the
 * bytes do not depend on the number of threads.
 *
 * <p>Until it is whole the result lies beside its final name as {@code .NAME.unfinished}, with a
 * {@code .NAME.journal} of the pieces that are there. A process that was killed leaves both, and
 * the same work started again takes what is there, after comparing checksums. Work that fails
 * leaves nothing.
 */
public final class CheckpointWriter {
  private final CheckpointJob job;
  private final Units units;
  private final Journal journal;
  private final List<UnfinishedFile> files;
  private final Tally tally;
  private final WriteProgress progress;
  private final AtomicLong next = new AtomicLong();
  private volatile boolean stopped;

  private CheckpointWriter(
      CheckpointJob job,
      Units units,
      Journal journal,
      List<UnfinishedFile> files,
      WriteProgress progress) {
    this.job = job;
    this.units = units;
    this.journal = journal;
    this.files = files;
    this.progress = progress;
    this.tally = new Tally(units, job.files().stream().flatMap(f -> f.tensors().stream()).toList());
  }

  /**
   * Writes all files of the job and moves them into place.
   *
   * @return what became of each tensor, in the order of the files
   * @throws MalformedModelException if a tensor cannot be stored as asked: names it and the row
   * @throws UncheckedIOException if a file cannot be written, or one of the checkpoint's cannot be
   *     read or has become shorter
   */
  public static List<TensorResult> write(CheckpointJob job, int threads, WriteProgress progress) {
    List<Layout> layouts = job.layouts();
    Units units = new Units(job.files(), layouts);
    Path first = job.files().getFirst().file().toAbsolutePath();
    List<UnfinishedFile> files = new ArrayList<>();
    try (Journal journal = Journal.open(Journal.beside(first), job.key(layouts), units.count())) {
      try {
        for (int i = 0; i < layouts.size(); i++) {
          Path target = job.files().get(i).file().toAbsolutePath();
          UnfinishedFile file =
              UnfinishedFile.open(target, layouts.get(i).size(), journal.isEmpty());
          files.add(file);
          file.write(layouts.get(i).header());
        }
        CheckpointWriter writer = new CheckpointWriter(job, units, journal, files, progress);
        writer.run(threads);
        for (UnfinishedFile file : files) file.moveIntoPlace();
        journal.delete();
        return writer.tally.results();
      } catch (IOException | RuntimeException e) {
        for (UnfinishedFile file : files) file.delete();
        journal.delete();
        throw e;
      } finally {
        for (UnfinishedFile file : files) file.close();
      }
    } catch (IOException e) {
      throw PendingFile.notWritten(first, e);
    }
  }

  private void run(int threads) throws IOException {
    ScaleFits.expect(valuesToSearch());
    try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++)
        all.add(
            workers.submit(
                () -> {
                  work();
                  return null;
                }));
      try {
        for (Future<?> one : all) one.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      } catch (ExecutionException e) {
        throw unwrapped(e);
      } finally {
        stopped = true;
      }
    }
  }

  private long valuesToSearch() {
    return job.files().stream()
        .flatMap(file -> file.tensors().stream())
        .filter(tensor -> !tensor.isCopy())
        .map(tensor -> tensor.info())
        .mapToLong(info -> info.rows() * info.columns())
        .sum();
  }

  private RuntimeException unwrapped(ExecutionException e) throws IOException {
    return switch (e.getCause()) {
      case IOException io -> throw io;
      case IllegalArgumentException value ->
          new MalformedModelException(job.inputs().getFirst(), String.valueOf(value.getMessage()));
      case RuntimeException other -> other;
      case java.lang.Error error -> throw error;
      case null, default -> new IllegalStateException(e);
    };
  }

  private void work() throws IOException {
    RowEncoder encoder = new RowEncoder();
    Buffer buffer = new Buffer();
    try {
      while (!stopped) {
        long index = next.getAndIncrement();
        if (index >= units.count()) return;
        Unit unit = units.unit(index);
        Finished earlier = journal.finished(index);
        boolean there = earlier != null && buffer.checksum(unit) == earlier.checksum();
        tally.add(unit, there && earlier != null ? earlier : make(unit, encoder, buffer));
        progress.advanced(unit.read());
      }
    } catch (IOException | RuntimeException | java.lang.Error e) {
      stopped = true; // Nobody waits for what the others would still make.
      throw e;
    }
  }

  private Finished make(Unit unit, RowEncoder encoder, Buffer buffer) throws IOException {
    long start = System.nanoTime();
    TensorJob tensor = job.files().get(unit.file()).tensors().get(unit.tensor());
    Error error = encoder.encode(unit, tensor);
    int checksum = buffer.write(unit, encoder.bytes());
    Finished finished = new Finished(unit.index(), checksum, error, System.nanoTime() - start);
    journal.add(finished);
    return finished;
  }

  /** One thread's memory outside the heap, through which files are read and written. */
  private final class Buffer {
    private final CRC32C crc = new CRC32C();
    private @Nullable ByteBuffer memory;

    private ByteBuffer of(Unit unit) {
      ByteBuffer large = memory;
      if (large == null || large.capacity() < unit.bytes()) {
        large = ByteBuffer.allocateDirect(unit.bytes());
        memory = large;
      }
      return large.clear().limit(unit.bytes());
    }

    private int checksum(ByteBuffer bytes) {
      crc.reset();
      crc.update(bytes);
      return (int) crc.getValue();
    }

    /** Checksum of what lies where the unit goes. */
    int checksum(Unit unit) throws IOException {
      ByteBuffer bytes = of(unit);
      files.get(unit.file()).read(bytes, unit.position());
      return checksum(bytes.flip());
    }

    /** Writes the unit and returns its checksum. */
    int write(Unit unit, byte[] made) throws IOException {
      ByteBuffer bytes = of(unit).put(made, 0, unit.bytes()).flip();
      int checksum = checksum(bytes);
      files.get(unit.file()).write(bytes.rewind(), unit.position());
      return checksum;
    }
  }
}
