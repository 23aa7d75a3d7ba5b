package dev.halftone.quantize.forms;

import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.opset.IrVersions;
import dev.halftone.plan.Plan;
import dev.halftone.plan.Plan.NodePlan;
import dev.halftone.plan.Plan.TensorPlan;
import dev.halftone.plan.Quantized;
import dev.halftone.plan.StoredWeight;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.quantize.codes.Encoder;
import dev.halftone.quantize.codes.Span;
import dev.halftone.quantize.scope.Rewrite;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;

/** Carries out decisions about weights: encodes, rewrites the graph, and writes the plan down. */
public final class WeightRewrite {
  /** Bytes that the nodes and names around one weight take, about. */
  private static final long AROUND = 400;

  private WeightRewrite() {}

  /** The form, unless it would take more bytes than the weight does now. */
  public static WeightForm onlyIfSmaller(WeightForm form) {
    if (!(form instanceof WeightForm.Encoded encoded)) return form;
    CodeRequest request = encoded.request();
    boolean smaller = Codes.bytes(request) + AROUND < request.weight().byteSize();
    return smaller ? form : new WeightForm.Kept("its weight would not get smaller");
  }

  /** The model with the decisions applied, and the plan with the given warnings. */
  public static Quantized apply(
      Model model, List<WeightDecision> decisions, List<String> warnings, int threads) {
    List<WeightDecision> encoded = new ArrayList<>();
    List<CodeRequest> requests = new ArrayList<>();
    for (WeightDecision decision : decisions) {
      if (!(decision.form() instanceof WeightForm.Encoded form)) continue;
      encoded.add(decision);
      requests.add(form.request());
    }
    List<Codes> codes = Encoder.encode(requests, threads);
    Rewrite rewrite = new Rewrite(model);
    List<TensorPlan> tensors = new ArrayList<>();
    List<StoredWeight> weights = new ArrayList<>();
    SeenTables tables = new SeenTables();
    for (int i = 0; i < encoded.size(); i++) {
      WeightForm.Encoded form = (WeightForm.Encoded) encoded.get(i).form();
      form.emit(encoded.get(i).use().constant(), codes.get(i), rewrite);
      tensors.add(tensorPlan(encoded.get(i), codes.get(i)));
      weights.add(stored(codes.get(i), tables.add(encoded.get(i).use(), codes.get(i))));
    }
    for (WeightDecision decision : decisions) {
      if (decision.form() instanceof WeightForm.Kept)
        weights.add(StoredWeight.kept(decision.use().name(), decision.use().value()));
    }
    Model result = encoded.isEmpty() ? model : withVersions(rewrite.apply(), encoded);
    return new Quantized(result, new Plan(tensors, nodePlans(decisions), warnings), weights);
  }

  /** What a weight takes now; a table that is there already is not counted again. */
  private static StoredWeight stored(Codes codes, boolean newTables) {
    CodeRequest request = codes.request();
    long bytes = codes.bytes() - (newTables ? 0 : Codes.tableBytes(request));
    return StoredWeight.quantized(request.name(), request.weight(), bytes, codes::decodedAsWeight);
  }

  private static Model withVersions(Model model, List<WeightDecision> encoded) {
    Model result = model.withIrVersion(Math.max(model.irVersion(), IrVersions.of(model.graph())));
    boolean microsoft =
        encoded.stream()
            .anyMatch(decision -> ((WeightForm.Encoded) decision.form()).needsMicrosoft());
    return microsoft && !result.opsets().containsKey(Emission.MICROSOFT)
        ? result.withOpset(Emission.MICROSOFT, 1)
        : result;
  }

  private static TensorPlan tensorPlan(WeightDecision decision, Codes codes) {
    WeightForm.Encoded form = (WeightForm.Encoded) decision.form();
    String granularity = Layouts.words(codes.layout(), form.axis());
    Span span = codes.span();
    return new TensorPlan(
        decision.use().name(),
        Plan.Role.WEIGHT,
        codes.format().name(),
        granularity,
        codes.format().symmetric(),
        span.low(),
        span.high());
  }

  /**
   * A line for each node that reads a weight, in the order of the decisions; a node with two
   * weights has one.
   */
  private static List<NodePlan> nodePlans(List<WeightDecision> decisions) {
    IdentityHashMap<Node, NodePlan> plans = new IdentityHashMap<>();
    List<Node> order = new ArrayList<>();
    List<WeightDecision> kept =
        decisions.stream()
            .sorted(Comparator.comparing(d -> d.form() instanceof WeightForm.Kept))
            .toList();
    for (WeightDecision decision : kept) {
      String reason = decision.form() instanceof WeightForm.Kept(String why) ? why : "";
      for (int i = 0; i < decision.use().readers().size(); i++) {
        Node node = decision.use().readers().get(i).node();
        if (node == null || decision.use().roles().get(i) == Role.OTHER || plans.containsKey(node))
          continue;
        plans.put(node, new NodePlan(node.label(), node.opType(), reason.isEmpty(), reason));
        order.add(node);
      }
    }
    return order.stream().map(plans::get).toList();
  }
}
