package dev.halftone.toolkit.packed;

import dev.halftone.llm.stream.WriteProgress;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.recipe.Granularity;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Writes what a plan says, some rows of a matrix at a time. Memory is that of some rows, whatever
 * the model's size, and the bytes do not depend on the number of threads. The result appears whole
 * or not at all.
 */
public final class FolderWriter {
  private final FolderPlan plan;
  private final int threads;
  private final WriteProgress progress;
  private final FolderFiles.Sink sink;

  private FolderWriter(
      FolderPlan plan, int threads, WriteProgress progress, FolderFiles.Sink sink) {
    this.plan = plan;
    this.threads = threads;
    this.progress = progress;
    this.sink = sink;
  }

  /**
   * Writes the folder, or the file.
   *
   * @return SQNR of each choice of the plan in dB: {@code 10 log10} of the sums of squares of
   *     values and of errors, over all values; infinite without errors, empty for what stays as it
   *     is
   * @throws dev.halftone.graph.MalformedModelException if a weight has a NaN or an infinity: names
   *     it
   * @throws UncheckedIOException if something has that name already, or it cannot be written
   */
  public static List<OptionalDouble> write(
      FolderPlan plan, Path out, int threads, WriteProgress progress) {
    FolderFiles.Work<List<OptionalDouble>> work =
        sink -> new FolderWriter(plan, threads, progress, sink).fill();
    return plan.configText().isEmpty()
        ? FolderFiles.writeOne(out, plan.layout(), work)
        : FolderFiles.write(plan.folder(), out, plan.configText().get(), plan.layout(), work);
  }

  private List<OptionalDouble> fill() throws IOException {
    List<OptionalDouble> errors = new ArrayList<>();
    for (Choice choice : plan.choices()) errors.add(write(choice));
    return errors;
  }

  private OptionalDouble write(Choice choice) throws IOException {
    if (choice.matrix().isPresent())
      return OptionalDouble.of(write(choice.matrix().get()).sqnrDb());
    sink.write(choice.name(), 0, choice.source().data());
    progress.advanced(choice.source().byteSize());
    return OptionalDouble.empty();
  }

  private MatrixError write(PackedMatrix matrix) throws IOException {
    MatrixError error = new MatrixError();
    MatrixEncoder encoder = new MatrixEncoder(plan.sources().getFirst(), matrix, threads);
    long step = matrix.rowsOfPiece();
    for (long first = 0; first < matrix.rows(); first += step) {
      long count = Math.min(step, matrix.rows() - first);
      Tensor part = matrix.weight().rows(first, first + count);
      Codes codes = encoder.encode(first, count);
      write(matrix, first, codes);
      error.add(part, codes);
      progress.advanced(part.byteSize());
    }
    if (matrix.scheme().isPacked())
      sink.write(matrix.shape(), 0, Tensor.ofLongs(matrix.weight().shape(), 2).data());
    return error;
  }

  private void write(PackedMatrix matrix, long first, Codes codes) throws IOException {
    PackedScheme scheme = matrix.scheme();
    MemorySegment bytes =
        scheme.isPacked() ? Words.ofCodes(codes) : codes.codes(codes.layout().codes()).data();
    long rowBits = matrix.columns() * scheme.element().bits();
    sink.write(matrix.codes(), first * rowBits / Byte.SIZE, bytes);
    MemorySegment scales = scales(codes).data();
    boolean oneForAll = scheme.granularity() instanceof Granularity.PerTensor;
    long scaleBytes = scales.byteSize() / codes.layout().scales();
    sink.write(matrix.scales(), oneForAll ? 0 : first * matrix.groups() * scaleBytes, scales);
    if (!scheme.symmetric())
      sink.write(
          matrix.zeroPoints(),
          first / scheme.codesOfWord() * matrix.groups() * Integer.BYTES,
          Words.ofZeroPoints(codes));
  }

  private static Tensor scales(Codes codes) {
    long count = codes.layout().scales();
    return codes.scaleStorage() instanceof ScaleStorage.Float32
        ? codes.scales(count)
        : codes.halfScales(count);
  }
}
