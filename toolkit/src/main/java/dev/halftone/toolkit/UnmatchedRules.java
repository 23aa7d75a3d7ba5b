package dev.halftone.toolkit;

import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.plan.Plan;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Scope;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.Rule;
import dev.halftone.recipe.RuleMatcher;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Rules of a recipe that match no node of a model. */
final class UnmatchedRules {
  /** A node as rules see it; one that reads several constants is several. */
  private record Seen(String label, String opType, long elements) {}

  private UnmatchedRules() {}

  /**
   * A sentence for each such rule.
   *
   * @param plan its nodes count too: some have names that only the folded model has
   */
  static List<String> of(Recipe recipe, Model model, Plan plan) {
    if (recipe.rules().isEmpty()) return List.of();
    Set<Seen> seen = new LinkedHashSet<>();
    Scope.of(model.graph()).visit((scope, node) -> add(node, scope, seen));
    plan.nodes().forEach(node -> seen.add(new Seen(node.name(), node.opType(), 0)));
    List<String> sentences = new ArrayList<>();
    for (int i = 0; i < recipe.rules().size(); i++) {
      Rule rule = recipe.rules().get(i);
      if (seen.stream().noneMatch(node -> matches(rule.matcher(), node)))
        sentences.add("rule %d, %s, matches no node".formatted(i + 1, rule));
    }
    return sentences;
  }

  private static boolean matches(RuleMatcher matcher, Seen node) {
    return matcher.matches(node.label(), node.opType(), node.elements());
  }

  private static void add(Node node, Scope scope, Set<Seen> seen) {
    seen.add(new Seen(node.label(), node.opType(), 0));
    for (String input : node.inputs()) {
      Constant constant = scope.constant(input);
      if (constant != null)
        seen.add(new Seen(node.label(), node.opType(), constant.value().count()));
    }
  }
}
