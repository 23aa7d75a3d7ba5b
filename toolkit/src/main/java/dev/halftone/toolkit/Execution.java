package dev.halftone.toolkit;

import dev.halftone.graph.GraphIndex;
import dev.halftone.plan.StoredWeight;
import dev.halftone.quantize.dequantize.QuantizedParts;
import dev.halftone.recipe.Mode;
import dev.halftone.runtime.Operator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How ONNX Runtime runs what was quantized, read off the graph that it executes. */
final class Execution {
  /** These only lead from floats to integers and back. */
  private static final Set<String> BORDERS =
      Set.of("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear");

  /** How ONNX Runtime names the casts around operators that it has no 16-bit kernel for. */
  private static final String INSERTED_CAST = "InsertedPrecisionFreeCast";

  private Execution() {}

  /**
   * @param deployed what the quantized model's file became
   */
  static List<String> of(QuantizedModel quantized, List<Operator> deployed) {
    List<String> parts = new ArrayList<>(kernels(deployed));
    List<Operator> decoding = decodedEveryRun(deployed);
    if (isStored(quantized) && decoding.stream().allMatch(each -> is(each, "DequantizeLinear")))
      parts.add("decoded at load");
    if (!decoding.isEmpty()) parts.add("decoded every run");
    if (quantized.recipe().recipe().mode() == Mode.FP16) parts.add(half(deployed));
    return parts.isEmpty() ? List.of("float") : parts;
  }

  /** What a user has to know about how a model whose weights alone are codes runs. */
  static List<String> warnings(QuantizedModel quantized, List<Operator> deployed) {
    List<String> warnings = new ArrayList<>();
    long products = deployed.stream().filter(each -> is(each, "MatMulNBits")).count();
    if (products > 0)
      warnings.add(
          "%d %s as MatMulNBits at accuracy level 4: activations rounded to 8 bits by block"
              .formatted(products, products == 1 ? "product runs" : "products run"));
    List<Operator> decoding = decodedEveryRun(deployed);
    long decoded = decoding.stream().filter(each -> is(each, "DequantizeLinear")).count();
    if (decoded > 0)
      warnings.add(
          "%d %s decoded at every run, which takes time"
              .formatted(decoded, decoded == 1 ? "weight is" : "weights are"));
    if (products == 0 && decoding.isEmpty()) decodedAtLoad(quantized).ifPresent(warnings::add);
    return warnings;
  }

  /** What is saved, and what is not, where no operator computes with the codes. */
  private static Optional<String> decodedAtLoad(QuantizedModel quantized) {
    List<StoredWeight> weights = decoded(quantized).toList();
    if (weights.isEmpty()) return Optional.empty();
    double stored = weights.stream().mapToLong(StoredWeight::bytes).sum();
    double original = weights.stream().mapToLong(weight -> weight.original().byteSize()).sum();
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%d %s decoded when the model is loaded: %.1f %% of the bytes on disk, all of them in"
                + " memory, and the speed of float",
            weights.size(),
            weights.size() == 1 ? "weight is" : "weights are",
            100 * stored / original));
  }

  private static List<Operator> decodedEveryRun(List<Operator> deployed) {
    return deployed.stream().filter(Operator::constant).toList();
  }

  /** Operators that compute on codes, the most frequent first. */
  private static List<String> kernels(List<Operator> deployed) {
    Map<String, Long> counts =
        deployed.stream()
            .filter(Execution::computes)
            .collect(Collectors.groupingBy(Operator::opType, TreeMap::new, Collectors.counting()));
    return counts.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .map(entry -> "%s x%d".formatted(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static boolean computes(Operator operator) {
    return !operator.constant()
        && !BORDERS.contains(operator.opType())
        && QuantizedParts.isQuantized(operator.domain(), operator.opType());
  }

  /**
   * Whether nodes give some weight under its old name: then it is decoded for whoever reads it,
   * before the first run where ONNX Runtime folds these nodes.
   */
  private static boolean isStored(QuantizedModel quantized) {
    return quantized.recipe().recipe().mode() != Mode.FP16
        && decoded(quantized).findAny().isPresent();
  }

  /** The weights that nodes give under their old names. */
  private static Stream<StoredWeight> decoded(QuantizedModel quantized) {
    GraphIndex index = new GraphIndex(quantized.model().graph());
    return quantized.weights().stream()
        .filter(weight -> weight.quantized() && index.producer(weight.name()) != null);
  }

  private static String half(List<Operator> deployed) {
    boolean casts = deployed.stream().anyMatch(each -> each.name().startsWith(INSERTED_CAST));
    return casts ? "computed in float32 between casts" : "computed in float16";
  }

  private static boolean is(Operator operator, String opType) {
    return operator.opType().equals(opType);
  }
}
