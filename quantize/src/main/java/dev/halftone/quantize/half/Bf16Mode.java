package dev.halftone.quantize.half;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.opset.OpsetUpgrade;
import dev.halftone.plan.Plan;
import dev.halftone.plan.Plan.NodePlan;
import dev.halftone.plan.Plan.TensorPlan;
import dev.halftone.plan.Quantized;
import dev.halftone.plan.StoredWeight;
import dev.halftone.quantize.codes.OffHeap;
import dev.halftone.quantize.scope.CastTypes;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Readers;
import dev.halftone.quantize.scope.Readers.Reader;
import dev.halftone.quantize.scope.Rewrite;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * 32-bit constants stored as bfloat16, rounded to nearest even, each with a Cast back to 32 bits
 * under the constant's old name. ONNX Runtime's CPU provider has no bfloat16 kernels: it carries
 * the Casts out when it loads the model and computes in 32 bits.
 */
public final class Bf16Mode {
  /** Cast knows bfloat16 from this operator set on. */
  private static final long WITH_BFLOAT16 = 13;

  /** A smaller constant gains less than its Cast costs. */
  private static final long SMALLEST = 512;

  private static final float LARGEST = Float.intBitsToFloat(0x7F7F0000);

  private Bf16Mode() {}

  /**
   * Converts all constants of 512 bytes and more.
   *
   * @throws UnsupportedModelException if the model's operator set has no bfloat16 and cannot be
   *     raised
   * @throws dev.halftone.graph.MalformedModelException if a constant has a NaN
   */
  public static Quantized apply(Model folded, Recipe recipe) {
    Model model = raised(folded);
    Rewrite rewrite = new Rewrite(model);
    List<TensorPlan> tensors = new ArrayList<>();
    List<NodePlan> nodes = new ArrayList<>();
    List<StoredWeight> weights = new ArrayList<>();
    OffHeap memory = new OffHeap();
    Readers.of(model.graph())
        .forEach(
            (constant, readers) -> {
              if (constant.value().dtype() != DType.FLOAT32
                  || constant.value().byteSize() < SMALLEST) return;
              String objection = objection(constant, readers, recipe);
              Tensor brain =
                  objection.isEmpty()
                      ? Halves.toBrain(constant.name(), constant.value(), memory)
                      : null;
              if (objection.isEmpty() && brain == null)
                objection = constant.name() + " has values beyond bfloat16";
              if (brain != null) store(constant, brain, rewrite);
              if (brain != null) tensors.add(plan(constant));
              if (constant.value().rank() > 1) weights.add(stored(constant, brain));
              for (Reader reader : readers) nodes.addAll(plan(reader.node(), objection));
            });
    List<String> notes =
        List.of(
            "weights are stored as bfloat16 and cast to 32 bits when the model is loaded; all"
                + " computing is in 32 bits");
    return new Quantized(
        rewrite.apply(), new Plan(tensors, nodes.stream().distinct().toList(), notes), weights);
  }

  private static StoredWeight stored(Constant constant, @Nullable Tensor brain) {
    return brain == null
        ? StoredWeight.kept(constant.name(), constant.value())
        : StoredWeight.quantized(constant.name(), constant.value(), brain.byteSize(), () -> brain);
  }

  private static Model raised(Model model) {
    return switch (OpsetUpgrade.to(model, WITH_BFLOAT16)) {
      case OpsetUpgrade.Result.Raised(Model raised) -> raised;
      case OpsetUpgrade.Result.Refused(String node, String reason) ->
          throw new UnsupportedModelException(
              node, "bfloat16 needs operator set 13, and the model's cannot be raised: " + reason);
    };
  }

  private static String objection(Constant constant, List<Reader> readers, Recipe recipe) {
    for (Reader reader : readers) {
      Node node = reader.node();
      if (node == null) return "its constant is an output of the graph too";
      if (!recipe.selects(node.label(), node.opType(), constant.value().count())) return "excluded";
    }
    return "";
  }

  private static void store(Constant constant, Tensor brain, Rewrite rewrite) {
    String stored = rewrite.freshName(constant.name() + "_bfloat16");
    Node cast =
        new Node(
            rewrite.freshName(stored + "_Cast"),
            "",
            "Cast",
            List.of(stored),
            List.of(constant.name()),
            Map.of("to", CastTypes.to(DType.FLOAT32)),
            Opaque.NONE);
    Graph owner = constant.owner();
    Node node = constant.node();
    if (node == null) rewrite.graph(owner, editor -> editor.removeInitializer(constant.name()));
    else rewrite.node(node, (editor, current) -> editor.remove(current));
    rewrite.graph(
        owner,
        editor -> {
          editor.addInitializer(stored, brain);
          editor.add(cast);
        });
  }

  private static TensorPlan plan(Constant constant) {
    return new TensorPlan(
        constant.name(), Plan.Role.WEIGHT, DType.BFLOAT16, "tensor", true, -LARGEST, LARGEST);
  }

  private static List<NodePlan> plan(@Nullable Node node, String objection) {
    return node == null
        ? List.of()
        : List.of(new NodePlan(node.label(), node.opType(), objection.isEmpty(), objection));
  }
}
