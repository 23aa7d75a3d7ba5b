package dev.halftone.toolkit;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.plan.Plan;
import dev.halftone.recipe.NamePattern;
import dev.halftone.recipe.Recipe;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Patterns of a recipe that match no node: most likely misspelled. */
final class UnmatchedPatterns {
  private static final int CLOSEST = 3;

  private UnmatchedPatterns() {}

  /**
   * A sentence for each such pattern, with the names that are closest to it.
   *
   * @param plan its nodes count too: some have names that only the folded model has
   */
  static List<String> of(Recipe recipe, Model model, Plan plan) {
    List<String> sentences = new ArrayList<>(UnmatchedRules.of(recipe, model, plan));
    List<String> planned = plan.nodes().stream().map(Plan.NodePlan::name).toList();
    sentences.addAll(of(recipe.include(), recipe.exclude(), model, planned));
    return sentences;
  }

  /**
   * As {@link #of(Recipe, Model, Plan)}, of patterns without a recipe.
   *
   * @param planned names of nodes that only a changed model has
   */
  static List<String> of(
      List<String> include, List<String> exclude, Model model, List<String> planned) {
    List<String> sentences = new ArrayList<>();
    if (include.isEmpty() && exclude.isEmpty()) return sentences;
    Set<String> names = new LinkedHashSet<>();
    addNames(model.graph(), names);
    names.addAll(planned);
    include.forEach(pattern -> check("--include", pattern, names, sentences));
    exclude.forEach(pattern -> check("--exclude", pattern, names, sentences));
    return sentences;
  }

  private static void addNames(Graph graph, Set<String> names) {
    graph
        .nodes()
        .forEach(
            node -> {
              names.add(node.label());
              node.bodies().forEach(body -> addNames(body, names));
            });
  }

  private static void check(String option, String glob, Set<String> names, List<String> sentences) {
    NamePattern pattern = NamePattern.of(glob);
    if (names.stream().anyMatch(pattern::matches)) return;
    String bare = glob.replaceAll("[*?]", "");
    List<String> closest = ClosestNames.to(bare, names).stream().limit(CLOSEST).toList();
    sentences.add(
        "%s %s matches no node; the closest names are %s"
            .formatted(option, glob, String.join(", ", closest)));
  }
}
