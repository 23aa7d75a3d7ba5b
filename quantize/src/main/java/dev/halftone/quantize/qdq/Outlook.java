package dev.halftone.quantize.qdq;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.plan.Plan.NodePlan;
import dev.halftone.recipe.Recipe;
import java.util.List;
import java.util.Map;

/** What static mode could do with a model, judged without data. */
public final class Outlook {
  private Outlook() {}

  /**
   * The fate of each node of a folded model's top graph. With data, further nodes may stay in float
   * since they are faster there, and the plan says so.
   */
  public static List<NodePlan> of(Model folded, Recipe recipe) {
    Model model = PreparedModel.of(folded, recipe).model();
    Graph graph = model.graph();
    Placement placement = Placer.place(graph, new StaticSelection(recipe, model.opset(), Map.of()));
    return graph.nodes().stream().map(node -> StaticPlan.node(node, placement)).toList();
  }
}
