package dev.halftone.quantize.half;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.plan.Plan;
import dev.halftone.plan.Plan.NodePlan;
import dev.halftone.plan.Plan.TensorPlan;
import dev.halftone.plan.StoredWeight;
import dev.halftone.quantize.codes.OffHeap;
import dev.halftone.quantize.scope.Scope;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What all graphs of a model share while they are turned into 16 bits: names, rules, and the plan
 * as it grows.
 */
final class HalfModel {
  private static final float LARGEST = 65504f;

  private final Model model;
  private final WideNodes wideNodes;
  private final GraphEditor names;
  private final OffHeap memory = new OffHeap();
  private final IdentityHashMap<Tensor, Halves.Range> ranges = new IdentityHashMap<>();
  private final List<TensorPlan> tensors = new ArrayList<>();
  private final List<NodePlan> nodes = new ArrayList<>();
  private final Map<String, StoredWeight> weights = new LinkedHashMap<>();
  private final Set<String> lossy = new LinkedHashSet<>();
  private long lostValues;

  HalfModel(Model model, Recipe recipe) {
    this.model = model;
    this.wideNodes = new WideNodes(model.opset(), recipe, this::overflows);
    this.names = new GraphEditor(model.graph());
  }

  Graph convert(ElementTypes types) {
    return new HalfGraph(this, Scope.of(model.graph()), types).convert();
  }

  long opset() {
    return model.opset();
  }

  WideNodes wideNodes() {
    return wideNodes;
  }

  String freshName(String wish) {
    return names.freshName(wish);
  }

  /** Whether the tensor has finite 32-bit values beyond the 16-bit range; looked for once. */
  boolean overflows(Tensor value) {
    return ranges.computeIfAbsent(value, Halves::rangeOf) == Halves.Range.BEYOND;
  }

  /**
   * A constant in 16 bits if it is 32-bit now and fits; noted in the plan. Those that do not fit
   * are read by 32-bit nodes alone.
   */
  Tensor constant(String name, Tensor value) {
    boolean stays = value.dtype() != DType.FLOAT32 || overflows(value);
    if (stays && value.dtype().isFloat()) note(StoredWeight.kept(name, value));
    if (stays) return value;
    Halves.Rounded rounded = Halves.toHalf(name, value, memory);
    tensors.add(
        new TensorPlan(name, Plan.Role.WEIGHT, DType.FLOAT16, "tensor", true, -LARGEST, LARGEST));
    note(StoredWeight.quantized(name, value, rounded.tensor().byteSize(), rounded::tensor));
    if (rounded.lost() > 0) {
      lostValues += rounded.lost();
      lossy.add(name);
    }
    return rounded.tensor();
  }

  private void note(StoredWeight weight) {
    if (weight.original().rank() > 1) weights.putIfAbsent(weight.name(), weight);
  }

  /** The constants with two axes and more. */
  List<StoredWeight> weights() {
    return List.copyOf(weights.values());
  }

  /** A node that neither reads nor gives 32-bit values, and so is as it was. */
  void untouched(Node node) {
    nodes.add(
        new NodePlan(node.label(), node.opType(), false, "has no 32-bit floating-point values"));
  }

  void planned(Node node, WideNodes.@Nullable Reason reason) {
    nodes.add(
        new NodePlan(
            node.label(), node.opType(), reason == null, reason == null ? "" : reason.text()));
  }

  Plan plan() {
    List<String> warnings = new ArrayList<>();
    if (lostValues > 0) {
      String first = lossy.iterator().next();
      warnings.add(
          "%d values of %d constants are below 3e-8 in magnitude and become 0 (the first such constant is %s)"
              .formatted(lostValues, lossy.size(), first));
    }
    return new Plan(tensors, nodes, warnings);
  }
}
