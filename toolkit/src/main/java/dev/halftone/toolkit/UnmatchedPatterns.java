package dev.halftone.toolkit;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.UnsupportedModelException;
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
    Set<String> names = names(model, planned);
    List<String> sentences = new ArrayList<>(of("--include", include, names));
    sentences.addAll(of("--exclude", exclude, names));
    return sentences;
  }

  /**
   * As {@link #of(Recipe, Model, Plan)}, of what is trained to.
   *
   * @throws UnsupportedModelException if there are nodes to include, and none of them is there
   */
  static List<String> of(TrainRequest request, Model model, Model folded) {
    Set<String> names = names(model, List.of());
    addNames(folded.graph(), names);
    List<String> sentences = new ArrayList<>(of("--include", request.include(), names));
    if (!sentences.isEmpty() && sentences.size() == request.include().size())
      throw new UnsupportedModelException(
          "nothing in it can be quantized as asked", String.join("; ", sentences));
    sentences.addAll(of("--exclude", request.exclude(), names));
    sentences.addAll(of("--int8", request.eightBits(), names));
    return sentences;
  }

  private static Set<String> names(Model model, List<String> planned) {
    Set<String> names = new LinkedHashSet<>();
    addNames(model.graph(), names);
    names.addAll(planned);
    return names;
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

  private static List<String> of(String option, List<String> globs, Set<String> names) {
    return globs.stream()
        .filter(glob -> names.stream().noneMatch(NamePattern.of(glob)::matches))
        .map(glob -> sentence(option, glob, names))
        .toList();
  }

  private static String sentence(String option, String glob, Set<String> names) {
    String bare = glob.replaceAll("[*?]", "");
    List<String> closest = ClosestNames.to(bare, names).stream().limit(CLOSEST).toList();
    return "%s %s matches no node; the closest names are %s"
        .formatted(option, glob, String.join(", ", closest));
  }
}
