package dev.halftone.quantize.weights;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.quantize.codes.CodeFormat;
import dev.halftone.quantize.codes.CodeLayout;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.IntegerGrid;
import dev.halftone.quantize.codes.Scaling;
import dev.halftone.quantize.forms.BlockProduct;
import dev.halftone.quantize.forms.Layouts;
import dev.halftone.quantize.forms.Linear;
import dev.halftone.quantize.forms.PackedProduct;
import dev.halftone.quantize.forms.PackedTable;
import dev.halftone.quantize.forms.Role;
import dev.halftone.quantize.forms.TableRows;
import dev.halftone.quantize.forms.WeightForm;
import dev.halftone.quantize.forms.WeightRewrite;
import dev.halftone.quantize.forms.WeightUse;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.scheme.CodeRange;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** Chooses the form of each weight, by who reads it and by what ONNX Runtime runs fast. */
final class WeightForms {
  /** From this version on Sum broadcasts. */
  private static final long BROADCASTING_SUM = 8;

  private static final String NO_PRODUCT = "not all who read it are products with a float matrix";

  private final Recipe recipe;
  private final OperatorSet operators;
  private final Importances importances;
  private final CodeFormat format;
  private final IdentityHashMap<Graph, GraphIndex> indexes = new IdentityHashMap<>();

  WeightForms(Recipe recipe, OperatorSet operators, Importances importances) {
    this.recipe = recipe;
    this.operators = operators;
    this.importances = importances;
    this.format = WeightCodes.format(recipe);
  }

  /**
   * The form of a weight whose scales are known: of products alone, which read codes as they are.
   *
   * @param blocks of the recipe's format and granularity
   */
  WeightForm choose(WeightUse use, KnownBlocks blocks) {
    if (use.commonRole() != Role.MATRIX) return new WeightForm.Kept(NO_PRODUCT);
    return switch (products(use)) {
      case BlockProduct product ->
          new BlockProduct(
              known(product.request(), blocks),
              product.linear(),
              product.domain(),
              product.apart());
      case PackedProduct product ->
          new PackedProduct(known(product.request(), blocks), product.linears());
      default -> new WeightForm.Kept(NO_PRODUCT);
    };
  }

  private static CodeRequest known(CodeRequest request, KnownBlocks blocks) {
    return request.with(Scaling.known(request.layout(), blocks.symmetric(), blocks.scales()));
  }

  WeightForm choose(WeightUse use) {
    if (!(recipe.weights() instanceof WeightFormat.Element))
      return WeightRewrite.onlyIfSmaller(decoded(use));
    WeightForm form =
        switch (use.commonRole()) {
          case MATRIX -> products(use);
          case TABLE -> table(use);
          case CONVOLUTION, RECURRENT, LEFT_MATRIX, SHAPED, OTHER -> stored(use);
        };
    return WeightRewrite.onlyIfSmaller(form);
  }

  /**
   * Fast kernels read codes; where ONNX Runtime has none for the case, the weight is stored and
   * computed with in float.
   */
  private WeightForm products(WeightUse use) {
    List<Linear> linears = linears(use);
    boolean fast = !linears.isEmpty() && isFusable() && use.value().dtype() == DType.FLOAT32;
    if (!fast) return stored(use);
    // What ONNX Runtime 1.29 makes of a 2-bit DequantizeLinear in front of a product gives wrong
    // values; the same product written as MatMulNBits gives right ones.
    boolean standard =
        linears.size() == 1
            && use.isReadAtHome()
            && !recipe.matMulNBits()
            && format.dtype().bits() > 2;
    if (recipe.granularity() instanceof Granularity.PerTile(int ignored, int size)) {
      boolean possible = operators.blocked() && !hasZeroPoints();
      boolean tiled = standard && possible && linears.getFirst().rows() > size;
      boolean apart = tiled && isApart(use, linears.getFirst());
      return tiled && !(apart && !sumBroadcasts())
          ? blockProduct(use, linears.getFirst(), apart)
          : stored(use);
    }
    if (!standard || !(operators.blocked() || !isBlocked())) return packedProduct(use, linears);
    boolean apart = isApart(use, linears.getFirst());
    if (apart && !sumBroadcasts()) return packedProduct(use, linears);
    return blockProduct(use, linears.getFirst(), apart);
  }

  /** Every reader as a product that a fused kernel can take over; empty when one of them is not. */
  private static List<Linear> linears(WeightUse use) {
    List<Linear> linears = new ArrayList<>();
    for (Node node : use.nodes()) {
      Linear linear = Linear.of(node, use.value());
      if (linear == null) return List.of();
      if (!linears.isEmpty() && linear.transposed() != linears.getFirst().transposed())
        return List.of();
      linears.add(linear);
    }
    return linears;
  }

  private boolean isBlocked() {
    return recipe.granularity().isBlocked();
  }

  /** Whether ONNX Runtime has a kernel for products with this granularity. */
  private boolean isFusable() {
    return switch (recipe.granularity()) {
      case Granularity.PerTensor() -> false;
      case Granularity.PerChannel() -> true;
      case Granularity.PerBlock(int size) -> isFusable(size);
      case Granularity.PerTile(int ignored, int size) -> isFusable(size);
    };
  }

  private boolean isApart(WeightUse use, Linear linear) {
    return linear.losesItsWeight(indexes.computeIfAbsent(use.constant().owner(), GraphIndex::new));
  }

  private boolean sumBroadcasts() {
    return operators.model().opset() >= BROADCASTING_SUM;
  }

  private static boolean isFusable(int size) {
    return size >= 16 && size <= 256 && Integer.bitCount(size) == 1;
  }

  /** Zero points of 4 bits cannot be repeated by standard nodes, as those of tiles have to be. */
  private boolean hasZeroPoints() {
    return !format.symmetric() || format.middle() != 0;
  }

  private WeightForm blockProduct(WeightUse use, Linear linear, boolean apart) {
    CodeLayout layout =
        switch (recipe.granularity()) {
          case Granularity.PerTensor(), Granularity.PerChannel() ->
              CodeLayout.columns(linear.rows(), linear.columns(), linear.rows());
          case Granularity.PerBlock(int size) ->
              CodeLayout.columns(linear.rows(), linear.columns(), size);
          case Granularity.PerTile(int channels, int size) ->
              CodeLayout.columns(linear.rows(), linear.columns(), size)
                  .tiled(linear.columns() == 1 ? 1 : channels);
        };
    if (linear.transposed()) layout = layout.fromTransposed();
    String domain = layout.blocks() > 1 ? "" : operators.channelDomain(format.bits());
    return new BlockProduct(request(use, layout, format), linear, domain, apart);
  }

  private WeightForm packedProduct(WeightUse use, List<Linear> linears) {
    if (!isBlocked() || linears.stream().anyMatch(linear -> linear.alpha() != 1f))
      return stored(use);
    Linear first = linears.getFirst();
    long block = ((Granularity.PerBlock) recipe.granularity()).size();
    CodeLayout layout = CodeLayout.paddedRows(first.columns(), first.rows(), block);
    if (!first.transposed()) layout = layout.fromTransposed();
    CodeFormat unsigned =
        new IntegerGrid(unsigned(recipe.weightType()), recipe.symmetricWeights(), recipe.range());
    return new PackedProduct(request(use, layout, unsigned), linears);
  }

  private static DType unsigned(DType dtype) {
    return switch (dtype) {
      case INT8 -> DType.UINT8;
      case INT4 -> DType.UINT4;
      case INT2 -> DType.UINT2;
      default -> dtype;
    };
  }

  private WeightForm table(WeightUse use) {
    long rows = use.value().dimension(0);
    long length = use.value().count() / rows;
    if (recipe.granularity() instanceof Granularity.PerTile) return stored(use);
    if (format.bits() == 8) {
      CodeLayout layout =
          recipe.granularity() instanceof Granularity.PerTensor
              ? CodeLayout.whole(use.value().count())
              : CodeLayout.rows(rows, length, length);
      CodeFormat symmetric = new IntegerGrid(DType.INT8, true, tableRange());
      // Rows of a table have a scale each, which is gathered with them as a float.
      Scaling floats = Scaling.of(scaling(use, symmetric).search(), new ScaleStorage.Float32());
      CodeRequest request = request(use, layout, symmetric).with(floats);
      return new TableRows(request, use.nodes());
    }
    if (format.bits() != 4 || use.value().rank() != 2 || use.value().dtype() != DType.FLOAT32) {
      return stored(use);
    }
    long asked = recipe.granularity() instanceof Granularity.PerBlock(int size) ? size : length;
    long block = Math.max(16, Long.highestOneBit(2 * asked - 1));
    CodeLayout layout = CodeLayout.rows(rows, length, block);
    return new PackedTable(request(use, layout, format), use.nodes(), block);
  }

  /** Tables use all codes: nothing multiplies what they hold in integers. */
  private CodeRange tableRange() {
    return recipe.range() == CodeRange.REDUCED ? CodeRange.USUAL : recipe.range();
  }

  private WeightForm stored(WeightUse use) {
    CodeFormat possible =
        format.bits() == 8
            ? format
            : format instanceof IntegerGrid integers && operators.looksUp()
                ? integers.untyped()
                : new IntegerGrid(DType.INT8, true, false);
    return Layouts.stored(use, possible, recipe.granularity(), scaling(use, possible));
  }

  /** What operators cannot compute with: decoded when the model is loaded, whatever reads it. */
  private WeightForm decoded(WeightUse use) {
    if (recipe.granularity() instanceof Granularity.PerTensor && recipe.weights().isGrouped())
      return new WeightForm.Kept(
          "a codebook for some of its channels needs scales by channel or block");
    CodeFormat possible = operators.blocked() ? format : new IntegerGrid(DType.INT8, true, false);
    return Layouts.stored(use, possible, WeightCodes.granularity(recipe), scaling(use, possible));
  }

  private CodeRequest request(WeightUse use, CodeLayout layout, CodeFormat codes) {
    return new CodeRequest(use.name(), use.value(), layout, codes).with(scaling(use, codes));
  }

  /**
   * How scales are found. Some weights have a symmetric form only, whatever was asked; where the
   * search asked for chooses zero points, theirs is that for least squares.
   */
  private Scaling scaling(WeightUse use, CodeFormat codes) {
    boolean possible = !(recipe.search().needsZeroPoint() && codes.symmetric());
    return Scaling.of(
            possible ? recipe.search() : new ScaleSearch.SquaredError(),
            WeightCodes.storage(recipe))
        .weighted(importances.of(use));
  }
}
