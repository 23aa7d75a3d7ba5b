package dev.halftone.quantize.dynamic;

import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.quantize.codes.CodeFormat;
import dev.halftone.quantize.codes.CodeLayout;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.forms.IntegerConvolution;
import dev.halftone.quantize.forms.IntegerLstm;
import dev.halftone.quantize.forms.IntegerProduct;
import dev.halftone.quantize.forms.Layouts;
import dev.halftone.quantize.forms.Linear;
import dev.halftone.quantize.forms.Role;
import dev.halftone.quantize.forms.Selection;
import dev.halftone.quantize.forms.Stored;
import dev.halftone.quantize.forms.TableRows;
import dev.halftone.quantize.forms.WeightDecision;
import dev.halftone.quantize.forms.WeightForm;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Readers.Reader;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Chooses the form of each weight, by who reads it and by what ONNX Runtime runs faster in integers. */
final class DynamicForms {
  /** DynamicQuantizeLinear is part of the standard operators from this version on. */
  private static final long WITH_DYNAMIC_QUANTIZATION = 11;

  private static final CodeFormat STORED = new CodeFormat(DType.INT8, true, false);

  private final Model model;
  private final Recipe recipe;
  private final CodeFormat format;
  private final Map<Constant, List<Reader>> readers;

  DynamicForms(Model model, Recipe recipe, Map<Constant, List<Reader>> readers) {
    this.model = model;
    this.recipe = recipe;
    this.readers = readers;
    this.format = new CodeFormat(recipe.weights(), recipe.symmetricWeights(), recipe.reduceRange());
  }

  WeightForm choose(Constant constant, List<Reader> reading) {
    String objection = Selection.objection(constant, reading, recipe);
    if (!objection.isEmpty()) return new WeightForm.Kept(objection);
    boolean integers = model.opset() >= WITH_DYNAMIC_QUANTIZATION && constant.value().dtype() == DType.FLOAT32;
    return switch (Selection.commonRole(constant, reading)) {
      case MATRIX -> integers ? product(constant, reading) : stored(constant, reading);
      case TABLE -> table(constant, reading);
      case RECURRENT -> constant.value().dtype() == DType.FLOAT32 ? recurrence(constant, reading) : stored(constant, reading);
      case CONVOLUTION -> integers && recipe.quantizeEverything() ? convolution(constant, reading) : stored(constant, reading);
      case LEFT_MATRIX, OTHER -> stored(constant, reading);
    };
  }

  private WeightForm product(Constant constant, List<Reader> reading) {
    List<IntegerProduct.Read> reads = new ArrayList<>();
    for (Reader reader : reading) {
      Linear linear = Linear.of(Objects.requireNonNull(reader.node()), constant.value());
      if (linear == null) return stored(constant, reading);
      reads.add(new IntegerProduct.Read(linear, reader.scope().graph()));
    }
    Linear first = reads.getFirst().linear();
    boolean alike =
        reads.stream()
            .map(IntegerProduct.Read::linear)
            .allMatch(other -> other.transposed() == first.transposed() && other.alpha() == first.alpha());
    if (!alike) return stored(constant, reading);
    boolean single = recipe.granularity() instanceof Granularity.PerTensor;
    CodeLayout layout = CodeLayout.columns(first.rows(), first.columns(), first.rows());
    if (single && !first.transposed()) layout = CodeLayout.whole(constant.value().count());
    if (first.transposed()) layout = layout.fromTransposed();
    return new IntegerProduct(new CodeRequest(constant.name(), constant.value(), layout, format), reads);
  }

  private WeightForm table(Constant constant, List<Reader> reading) {
    long rows = constant.value().dimension(0);
    long length = constant.value().count() / rows;
    boolean single = recipe.granularity() instanceof Granularity.PerTensor;
    CodeLayout layout = single ? CodeLayout.whole(rows * length) : CodeLayout.rows(rows, length, length);
    CodeRequest request = new CodeRequest(constant.name(), constant.value(), layout, STORED);
    return new TableRows(request, nodes(reading));
  }

  private static List<Node> nodes(List<Reader> reading) {
    return reading.stream().map(reader -> Objects.requireNonNull(reader.node())).toList();
  }

  /** An LSTM runs in integers if both its weights can: both are constants that only such LSTMs read. */
  private WeightForm recurrence(Constant constant, List<Reader> reading) {
    int input = reading.getFirst().input();
    boolean possible = constant.value().rank() == 3;
    for (Reader reader : reading) {
      possible &= reader.input() == input && IntegerLstm.canRun(Objects.requireNonNull(reader.node()));
      possible &= possible && isLstmWeight(reader, 3 - input);
    }
    Set<Node> distinct = new HashSet<>(nodes(reading));
    if (!possible || distinct.size() != reading.size()) return stored(constant, reading);
    Tensor value = constant.value();
    CodeLayout layout =
        new CodeLayout(value.dimension(0), value.dimension(2), value.dimension(1), value.dimension(2), true, false);
    CodeFormat signed = new CodeFormat(DType.INT8, true, recipe.reduceRange());
    return new IntegerLstm(new CodeRequest(constant.name(), value, layout, signed), nodes(reading), input);
  }

  private boolean isLstmWeight(Reader reader, int input) {
    Node lstm = Objects.requireNonNull(reader.node());
    Constant other = reader.scope().constant(lstm.input(input));
    if (other == null || other.value().dtype() != DType.FLOAT32 || other.value().rank() != 3) return false;
    List<Reader> others = Objects.requireNonNull(readers.get(other));
    if (!Selection.objection(other, others, recipe).isEmpty()) return false;
    return others.stream()
        .allMatch(r -> r.input() == input && r.node() != null && IntegerLstm.canRun(Objects.requireNonNull(r.node())));
  }

  private WeightForm convolution(Constant constant, List<Reader> reading) {
    Reader reader = reading.getFirst();
    Node node = Objects.requireNonNull(reader.node());
    Constant bias = node.input(2).isEmpty() ? null : reader.scope().constant(node.input(2));
    boolean known = node.input(2).isEmpty() || bias != null;
    if (reading.size() > 1 || !node.is("Conv") || !known) return stored(constant, reading);
    long channels = constant.value().dimension(0);
    long length = constant.value().count() / channels;
    CodeFormat unsigned = new CodeFormat(DType.UINT8, true, recipe.reduceRange());
    CodeLayout layout =
        recipe.granularity() instanceof Granularity.PerTensor
            ? CodeLayout.whole(constant.value().count())
            : CodeLayout.rows(channels, length, length);
    CodeRequest request = new CodeRequest(constant.name(), constant.value(), layout, unsigned);
    return new IntegerConvolution(request, node, reader.scope().graph(), bias == null ? null : bias.value());
  }

  private static WeightForm stored(Constant constant, List<Reader> reading) {
    Role role = Selection.firstRole(constant, reading);
    return Layouts.stored(constant, role, STORED, new Granularity.PerChannel());
  }

  /** What a user has to know about how these forms run. */
  List<String> warnings(List<WeightDecision> decisions) {
    List<String> warnings = new ArrayList<>();
    long stored = decisions.stream().filter(decision -> decision.form() instanceof Stored).count();
    if (stored > 0) {
      warnings.add(
          "%d weights are stored as 8-bit integers and computed with in float, where ONNX Runtime has no faster integer kernel"
              .formatted(stored));
    }
    return warnings;
  }
}
