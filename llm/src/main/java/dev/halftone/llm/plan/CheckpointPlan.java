package dev.halftone.llm.plan;

import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.importance.ColumnWeights;
import dev.halftone.llm.importance.ImportanceMatrix;
import dev.halftone.llm.mixture.Assignment;
import dev.halftone.llm.mixture.Assignments;
import dev.halftone.llm.mixture.MixtureRequest;
import dev.halftone.llm.mixture.OutputMetadata;
import dev.halftone.llm.source.CheckpointSource;
import dev.halftone.llm.source.RowSource;
import dev.halftone.llm.stream.CheckpointJob;
import dev.halftone.llm.stream.FileJob;
import dev.halftone.llm.stream.MatrixImportance;
import dev.halftone.llm.stream.TensorJob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;

/** What each tensor of a checkpoint becomes, and what the file will look like. Immutable. */
public final class CheckpointPlan {
  /** The longest row that is held in memory as floats. */
  private static final int LONGEST_ROW = 1 << 24;

  private static final String ENDING = ".gguf";

  private final CheckpointSource source;
  private final Map<String, RowSource> rows;
  private final MixtureRequest request;
  private final Optional<ImportanceMatrix> importance;
  private final List<Assignment> assignments;

  private CheckpointPlan(
      CheckpointSource source,
      Map<String, RowSource> rows,
      MixtureRequest request,
      Optional<ImportanceMatrix> importance,
      List<Assignment> assignments) {
    this.source = source;
    this.rows = rows;
    this.request = request;
    this.importance = importance;
    this.assignments = List.copyOf(assignments);
  }

  /**
   * Decides what the request makes of each tensor. Nothing is read but headers.
   *
   * @throws UnsupportedModelException if a tensor cannot become what it has to, or misses
   *     importance weights that its type needs: names the file and the tensor
   * @throws MalformedModelException if the metadata lacks what the rules need, or importance
   *     weights are of another size than a tensor
   */
  public static CheckpointPlan of(
      CheckpointSource source, MixtureRequest request, Optional<ImportanceMatrix> importance) {
    Map<String, RowSource> rows = new HashMap<>();
    for (RowSource one : source.tensors()) rows.put(one.info().name(), one);
    List<TensorInfo> tensors = source.tensors().stream().map(RowSource::info).toList();
    List<Assignment> assignments = assignments(source, tensors, request, importance);
    for (Assignment assignment : assignments) checkRows(source, assignment);
    return new CheckpointPlan(source, rows, request, importance, assignments);
  }

  /** What is wrong with a tensor is told with the file that it is in. */
  private static List<Assignment> assignments(
      CheckpointSource source,
      List<TensorInfo> tensors,
      MixtureRequest request,
      Optional<ImportanceMatrix> importance) {
    Path file = source.paths().getFirst();
    try {
      List<Assignment> assignments =
          Assignments.of(source.metadata(), tensors, request, importance.isPresent());
      Assignments.checkImportance(
          assignments, name -> importance.isPresent() && importance.get().has(name));
      return assignments;
    } catch (MalformedModelException e) {
      throw new MalformedModelException(file, String.valueOf(e.getMessage()));
    } catch (UnsupportedModelException e) {
      throw new UnsupportedModelException(file, String.valueOf(e.getMessage()));
    }
  }

  private static void checkRows(CheckpointSource source, Assignment assignment) {
    if (!assignment.isCopy() && assignment.source().dimensions()[0] > LONGEST_ROW)
      throw new UnsupportedModelException(
          source.paths().getFirst(),
          "tensor \"%s\": rows of %d values, expected at most %d"
              .formatted(
                  assignment.source().name(), assignment.source().dimensions()[0], LONGEST_ROW));
  }

  public CheckpointSource source() {
    return source;
  }

  public MixtureRequest request() {
    return request;
  }

  /** What becomes of each tensor, in the order in which they are written. */
  public List<Assignment> assignments() {
    return assignments;
  }

  /** Values of all tensors. */
  public long values() {
    return assignments.stream().mapToLong(one -> values(one.source())).sum();
  }

  private static long values(TensorInfo info) {
    return info.rows() * info.columns();
  }

  /** Bits of all tensors' blocks by value, before the plan is carried out. */
  public double bitsPerWeightBefore() {
    return 8.0 * bytesBefore() / values();
  }

  /** Bits of all tensors' blocks by value, after it. */
  public double bitsPerWeight() {
    return 8.0 * assignments.stream().mapToLong(one -> one.result().byteSize()).sum() / values();
  }

  /** Bytes of all tensors' blocks, before the plan is carried out. */
  public long bytesBefore() {
    return assignments.stream().mapToLong(one -> one.source().byteSize()).sum();
  }

  /**
   * Bytes of the source's files.
   *
   * @throws UncheckedIOException if one is gone
   */
  public long fileBytesBefore() {
    long bytes = 0;
    for (Path path : source.paths()) {
      try {
        bytes += Files.size(path);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return bytes;
  }

  /** Tensors that importance weights were asked for and not found. */
  public List<String> withoutImportance() {
    if (importance.isEmpty()) return List.of();
    return assignments.stream()
        .filter(one -> !one.isCopy() && importance.get().of(one.source()).isEmpty())
        .map(one -> one.source().name())
        .toList();
  }

  /**
   * The work to do.
   *
   * @param out the file to write; if the parts of a split model are kept, they are named after it:
   *     {@code NAME-00001-of-0000N.gguf}
   * @param maker program and version
   */
  public CheckpointJob job(Path out, String maker) {
    SequencedMap<String, MetadataValue> metadata =
        OutputMetadata.of(
            source.metadata(), request.mixture(), importance.map(ImportanceMatrix::origin));
    List<TensorJob> tensors = assignments.stream().map(this::job).toList();
    int parts = request.keepOrder() ? source.tensorsOfParts().size() : 1;
    if (parts == 1)
      return new CheckpointJob(List.of(new FileJob(out, metadata, tensors)), source.paths(), maker);
    List<FileJob> files = new ArrayList<>();
    int from = 0;
    for (int part = 0; part < parts; part++) {
      int to = from + source.tensorsOfParts().get(part);
      files.add(
          new FileJob(
              name(out, part, parts),
              OutputMetadata.ofPart(metadata, part, parts, tensors.size()),
              tensors.subList(from, to)));
      from = to;
    }
    return new CheckpointJob(files, source.paths(), maker);
  }

  private static Path name(Path out, int part, int parts) {
    String name = String.valueOf(out.getFileName());
    String stem = name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name;
    return out.resolveSibling("%s-%05d-of-%05d%s".formatted(stem, part + 1, parts, ENDING));
  }

  private TensorJob job(Assignment assignment) {
    RowSource tensor = Objects.requireNonNull(rows.get(assignment.source().name()));
    Optional<MatrixImportance> weights =
        assignment.isCopy() ? Optional.empty() : importance(assignment.source());
    return new TensorJob(tensor, assignment.target(), weights);
  }

  private Optional<MatrixImportance> importance(TensorInfo tensor) {
    return importance.flatMap(file -> file.of(tensor)).map(CheckpointPlan::byMatrix);
  }

  private static MatrixImportance byMatrix(ColumnWeights weights) {
    // A fourth dimension repeats the third's experts.
    return matrix -> weights.of(matrix % weights.experts());
  }
}
