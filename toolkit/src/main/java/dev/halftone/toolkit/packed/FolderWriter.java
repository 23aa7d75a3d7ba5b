package dev.halftone.toolkit.packed;

import dev.halftone.llm.stream.WriteProgress;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Writes what a plan says, some rows of a matrix at a time. Memory is that of some rows, whatever
 * the model's size, and the bytes do not depend on the number of threads. The result appears whole
 * or not at all.
 *
 * <p>A process that was killed leaves what it made in hidden files beside the result's name, and
 * the same work started again takes what is there, after comparing checksums. Work that fails
 * leaves nothing.
 */
public final class FolderWriter {
  private FolderWriter() {}

  /**
   * Writes the folder, or the file.
   *
   * @param progress is told of bytes of the source
   * @return SQNR of each choice of the plan in dB: {@code 10 log10} of the sums of squares of
   *     values and of errors, over all values; infinite without errors, empty for what stays as it
   *     is
   * @throws dev.halftone.graph.MalformedModelException if a weight has a NaN or an infinity: names
   *     it
   * @throws UncheckedIOException if it cannot be written, or what has that name already is not
   *     replaced: only a file takes the place of a file
   */
  public static List<OptionalDouble> write(
      FolderPlan plan, Path out, int threads, WriteProgress progress) {
    List<Piece> pieces = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    for (Choice choice : plan.choices()) {
      pieces.addAll(pieces(plan, choice, threads));
      ends.add(pieces.size());
    }
    List<MatrixError> errors = ResultFiles.write(plan.target(out), pieces, plan.key(), progress);
    List<OptionalDouble> all = new ArrayList<>();
    for (int i = 0; i < ends.size(); i++) {
      if (!plan.choices().get(i).isQuantized()) {
        all.add(OptionalDouble.empty());
        continue;
      }
      MatrixError error =
          errors.subList(i == 0 ? 0 : ends.get(i - 1), ends.get(i)).stream()
              .reduce(MatrixError.NONE, MatrixError::plus);
      all.add(OptionalDouble.of(error.sqnrDb()));
    }
    return all;
  }

  private static List<Piece> pieces(FolderPlan plan, Choice choice, int threads) {
    return choice
        .matrix()
        .map(
            matrix ->
                MatrixPiece.of(
                    matrix, new MatrixEncoder(plan.sources().getFirst(), matrix, threads)))
        .orElseGet(() -> CopiedPiece.of(choice.name(), choice.source().data()));
  }
}
