package dev.halftone.toolkit.blocks;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.quantize.codes.OffHeap;
import dev.halftone.quantize.codes.Scaling;
import dev.halftone.quantize.forms.Linear;
import dev.halftone.quantize.forms.Role;
import dev.halftone.quantize.forms.WeightUse;
import dev.halftone.quantize.forms.WeightUses;
import dev.halftone.quantize.weights.KnownBlocks;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;

/**
 * Which matrix of a checkpoint belongs to which weight of a graph.
 *
 * @param known blocks by name of an initializer of the graph
 * @param warnings for people: what of the checkpoint is not used
 */
public record BlockMatches(SequencedMap<String, KnownBlocks> known, List<String> warnings) {
  /** What a matrix has to be like its original by, at least; 4 bits are some 20 dB from it. */
  private static final double LEAST = 10;

  /** Names in a warning. */
  private static final int NAMED = 4;

  public BlockMatches {
    known = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(known));
    warnings = List.copyOf(warnings);
  }

  private record Match(BlockMatrix matrix, RowOrder order, double decibels) {}

  /**
   * Finds for each matrix that products of the graph read the one of the checkpoint that is like
   * it.
   *
   * @param folded the model, its constants folded
   */
  public static BlockMatches of(Model folded, CheckpointBlocks checkpoint) {
    SequencedMap<String, KnownBlocks> known = new LinkedHashMap<>();
    Set<String> used = new HashSet<>();
    OffHeap heap = new OffHeap();
    for (WeightUse use : WeightUses.of(folded.graph())) {
      Optional<Likeness> weight = matrix(folded.graph(), use);
      Optional<Match> match = weight.flatMap(one -> best(one, checkpoint));
      if (match.isEmpty()) continue;
      used.add(match.get().matrix().name());
      known.put(use.name(), blocks(weight.get(), match.get(), heap));
    }
    return new BlockMatches(known, warnings(checkpoint, used));
  }

  private static List<String> warnings(CheckpointBlocks checkpoint, Set<String> used) {
    List<String> warnings = new ArrayList<>();
    List<String> unused =
        checkpoint.matrices().stream()
            .map(BlockMatrix::name)
            .filter(name -> !used.contains(name))
            .toList();
    if (!unused.isEmpty())
      warnings.add("no product of the graph has the weight of " + listed(unused));
    if (!checkpoint.others().isEmpty())
      warnings.add(
          "not in %s, so the graph keeps its own: %s"
              .formatted(checkpoint.kind(), listed(checkpoint.others())));
    return warnings;
  }

  private static String listed(List<String> names) {
    String some = String.join(", ", names.stream().limit(NAMED).toList());
    return names.size() <= NAMED ? some : "%s and %d more".formatted(some, names.size() - NAMED);
  }

  /** The weight as one matrix, if it is read by products alone and all read it the same way. */
  @SuppressWarnings("ReferenceEquality") // two graphs may be equal and still be two
  private static Optional<Likeness> matrix(Graph graph, WeightUse use) {
    boolean plain =
        use.constant().owner() == graph
            && graph.initializers().containsKey(use.name())
            && use.commonRole() == Role.MATRIX
            && use.value().dtype() == DType.FLOAT32;
    if (!plain) return Optional.empty();
    Boolean turned = null;
    for (Node node : use.nodes()) {
      Linear linear = Linear.of(node, use.value());
      if (linear == null || (turned != null && turned == linear.transposed()))
        return Optional.empty();
      turned = !linear.transposed();
    }
    return Optional.of(new Likeness(use.value(), Boolean.TRUE.equals(turned)));
  }

  private static Optional<Match> best(Likeness weight, CheckpointBlocks checkpoint) {
    Match best = null;
    for (BlockMatrix matrix : checkpoint.matrices()) {
      if (!weight.fits(matrix)) continue;
      for (RowOrder order : checkpoint.orders(matrix)) {
        if (weight.roughly(matrix, order) < LEAST) continue;
        Match match = new Match(matrix, order, weight.decibels(matrix, order));
        boolean better = best == null || match.decibels() > best.decibels();
        if (better && match.decibels() >= LEAST) best = match;
      }
    }
    return Optional.ofNullable(best);
  }

  /** The values in the places that they have in the graph, and their scales. */
  private static KnownBlocks blocks(Likeness weight, Match match, OffHeap heap) {
    BlockMatrix matrix = match.matrix();
    MemorySegment memory = heap.allocate(weight.weight().byteSize());
    float[] row = new float[matrix.columns()];
    for (long channel = 0; channel < weight.channels(); channel++) {
      matrix.read(match.order().row(channel), row);
      for (int k = 0; k < row.length; k++)
        memory.set(Tensor.FLOAT, weight.place(channel, k) * Float.BYTES, row[k]);
    }
    Tensor values = Tensor.of(DType.FLOAT32, weight.weight().shape(), memory);
    Scaling.KnownScales scales =
        new Scaling.KnownScales() {
          @Override
          public float scale(long channel, long block) {
            return matrix.scale(match.order().row(channel), block);
          }

          @Override
          public int zeroPoint(long channel, long block) {
            return matrix.zeroPoint(match.order().row(channel), block);
          }
        };
    return new KnownBlocks(matrix.codes(), matrix.symmetric(), matrix.block(), values, scales);
  }

  /** The type that most have, of several the first, for people. */
  public DType type() {
    return most(KnownBlocks::type);
  }

  /** Whether codes of most are symmetric, for people. */
  public boolean symmetric() {
    return most(KnownBlocks::symmetric);
  }

  /** The length of blocks that most have, of several the first, for people. */
  public int block() {
    return most(KnownBlocks::block);
  }

  private <T> T most(Function<KnownBlocks, T> property) {
    SequencedMap<T, Integer> counts = new LinkedHashMap<>();
    for (KnownBlocks one : known.values()) counts.merge(property.apply(one), 1, Integer::sum);
    int most = Collections.max(counts.values());
    return counts.entrySet().stream()
        .filter(entry -> entry.getValue() == most)
        .findFirst()
        .orElseThrow()
        .getKey();
  }
}
