package dev.halftone.quantize.weights;

import dev.halftone.quantize.codes.CodeFormat;
import dev.halftone.quantize.codes.CodeLayout;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.quantize.forms.BlockProduct;
import dev.halftone.quantize.forms.Layouts;
import dev.halftone.quantize.forms.Linear;
import dev.halftone.quantize.forms.PackedProduct;
import dev.halftone.quantize.forms.PackedTable;
import dev.halftone.quantize.forms.Role;
import dev.halftone.quantize.forms.Selection;
import dev.halftone.quantize.forms.TableRows;
import dev.halftone.quantize.forms.WeightDecision;
import dev.halftone.quantize.forms.WeightForm;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Readers.Reader;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Chooses the form of each weight, by who reads it and by what ONNX Runtime runs fast. */
final class WeightForms {
  /** Bytes that the nodes and names around one weight take, about. */
  private static final long AROUND = 400;

  private final Recipe recipe;
  private final OperatorSet operators;
  private final CodeFormat format;

  WeightForms(Recipe recipe, OperatorSet operators) {
    this.recipe = recipe;
    this.operators = operators;
    this.format = new CodeFormat(recipe.weights(), recipe.symmetricWeights(), recipe.reduceRange());
  }

  WeightForm choose(Constant constant, List<Reader> readers) {
    WeightForm form =
        switch (Selection.commonRole(constant, readers)) {
          case MATRIX -> products(constant, readers);
          case TABLE -> table(constant, readers);
          case CONVOLUTION, RECURRENT, LEFT_MATRIX, OTHER -> stored(constant, readers);
        };
    if (form instanceof WeightForm.Encoded encoded) {
      CodeRequest request = encoded.request();
      long bytes = Codes.bytes(request.layout(), request.format());
      if (bytes + AROUND >= constant.value().byteSize()) return new WeightForm.Kept("its weight would not get smaller");
    }
    return form;
  }

  /** Fast kernels read codes; where ONNX Runtime has none for the case, the weight is stored and computed with in float. */
  private WeightForm products(Constant constant, List<Reader> readers) {
    List<Linear> linears = linears(constant, readers);
    boolean fast = !linears.isEmpty() && isFusable() && constant.value().dtype() == DType.FLOAT32;
    if (!fast) return stored(constant, readers);
    boolean standard = linears.size() == 1 && Selection.readAtHome(constant, readers) && !recipe.matMulNBits();
    if (standard && (operators.blocked() || !isBlocked())) return blockProduct(constant, linears.getFirst());
    return packedProduct(constant, readers, linears);
  }

  /** Every reader as a product that a fused kernel can take over; empty when one of them is not. */
  private static List<Linear> linears(Constant constant, List<Reader> readers) {
    List<@Nullable Linear> linears =
        readers.stream()
            .<@Nullable Linear>map(reader -> Linear.of(Objects.requireNonNull(reader.node()), constant.value()))
            .toList();
    List<Linear> found = linears.stream().filter(Objects::nonNull).map(Objects::requireNonNull).toList();
    boolean alike = found.stream().map(Linear::transposed).distinct().count() == 1;
    return found.size() == readers.size() && alike ? found : List.of();
  }

  private boolean isBlocked() {
    return recipe.granularity() instanceof Granularity.PerBlock;
  }

  /** Whether ONNX Runtime has a kernel for products with this granularity. */
  private boolean isFusable() {
    return switch (recipe.granularity()) {
      case Granularity.PerTensor() -> false;
      case Granularity.PerChannel() -> true;
      case Granularity.PerBlock(int size) -> size >= 16 && size <= 256 && Integer.bitCount(size) == 1;
    };
  }

  private WeightForm blockProduct(Constant constant, Linear linear) {
    long block = recipe.granularity() instanceof Granularity.PerBlock(int size) ? size : linear.rows();
    CodeLayout layout = CodeLayout.columns(linear.rows(), linear.columns(), block);
    if (linear.transposed()) layout = layout.fromTransposed();
    String domain = layout.blocks() > 1 ? "" : operators.channelDomain(format.dtype().bits());
    return new BlockProduct(new CodeRequest(constant.name(), constant.value(), layout, format), linear, domain);
  }

  private WeightForm packedProduct(Constant constant, List<Reader> readers, List<Linear> linears) {
    if (!isBlocked() || linears.stream().anyMatch(linear -> linear.alpha() != 1f)) return stored(constant, readers);
    Linear first = linears.getFirst();
    long block = ((Granularity.PerBlock) recipe.granularity()).size();
    CodeLayout layout = CodeLayout.paddedRows(first.columns(), first.rows(), block);
    if (!first.transposed()) layout = layout.fromTransposed();
    CodeFormat unsigned = new CodeFormat(unsigned(format.dtype()), format.symmetric(), format.reduced());
    return new PackedProduct(new CodeRequest(constant.name(), constant.value(), layout, unsigned), linears);
  }

  private static DType unsigned(DType dtype) {
    return switch (dtype) {
      case INT8 -> DType.UINT8;
      case INT4 -> DType.UINT4;
      case INT2 -> DType.UINT2;
      default -> dtype;
    };
  }

  private WeightForm table(Constant constant, List<Reader> readers) {
    long rows = constant.value().dimension(0);
    long length = constant.value().count() / rows;
    if (format.dtype().bits() == 8) {
      CodeLayout layout =
          recipe.granularity() instanceof Granularity.PerTensor
              ? CodeLayout.whole(constant.value().count())
              : CodeLayout.rows(rows, length, length);
      CodeFormat symmetric = new CodeFormat(DType.INT8, true, false);
      return new TableRows(new CodeRequest(constant.name(), constant.value(), layout, symmetric), nodes(readers));
    }
    if (format.dtype().bits() != 4 || constant.value().rank() != 2 || constant.value().dtype() != DType.FLOAT32) {
      return stored(constant, readers);
    }
    long asked = recipe.granularity() instanceof Granularity.PerBlock(int size) ? size : length;
    long block = Math.max(16, Long.highestOneBit(2 * asked - 1));
    CodeLayout layout = CodeLayout.rows(rows, length, block);
    return new PackedTable(new CodeRequest(constant.name(), constant.value(), layout, format), nodes(readers), block);
  }

  private static List<dev.halftone.graph.Node> nodes(List<Reader> readers) {
    return readers.stream().map(reader -> Objects.requireNonNull(reader.node())).toList();
  }

  private WeightForm stored(Constant constant, List<Reader> readers) {
    boolean small = format.dtype().bits() < 8 && operators.blocked();
    CodeFormat possible = format.dtype().bits() == 8 || small ? format : new CodeFormat(DType.INT8, true, false);
    return Layouts.stored(constant, Selection.firstRole(constant, readers), possible, recipe.granularity());
  }

  /** What a user has to know about how these forms run. */
  List<String> warnings(List<WeightDecision> decisions) {
    List<String> warnings = new ArrayList<>();
    long fused =
        decisions.stream()
            .filter(d -> d.form() instanceof BlockProduct || d.form() instanceof PackedProduct)
            .count();
    if (fused > 0) {
      warnings.add(
          "%d weights run as MatMulNBits at accuracy level 4: activations rounded to 8 bits by block".formatted(fused));
    }
    return warnings;
  }
}
