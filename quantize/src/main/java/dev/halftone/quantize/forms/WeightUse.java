package dev.halftone.quantize.forms;

import dev.halftone.graph.Node;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Readers.Reader;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * A constant of a floating-point type that is a weight for at least one of its readers.
 *
 * @param readers all of them, in the order of the file
 * @param roles what the constant is to each
 */
public record WeightUse(Constant constant, List<Reader> readers, List<Role> roles) {
  /** A smaller constant gains less than the nodes around it cost. */
  private static final long SMALLEST = 1024;

  public WeightUse {
    readers = List.copyOf(readers);
    roles = List.copyOf(roles);
  }

  public Tensor value() {
    return constant.value();
  }

  public String name() {
    return constant.name();
  }

  /** The role that all readers have in common, or {@link Role#OTHER}. */
  public Role commonRole() {
    return roles.stream().distinct().count() == 1 ? roles.getFirst() : Role.OTHER;
  }

  /** The first role that is a weight's. */
  public Role firstRole() {
    return roles.stream().filter(role -> role != Role.OTHER).findFirst().orElseThrow();
  }

  /** The nodes that read, where none of the readers is a graph's output. */
  public List<Node> nodes() {
    return readers.stream().map(reader -> Objects.requireNonNull(reader.node())).toList();
  }

  /**
   * Whether all readers lie in the graph that owns the constant, and not in bodies of its nodes.
   */
  @SuppressWarnings("ReferenceEquality") // two graphs may be equal and still be two
  public boolean isReadAtHome() {
    return readers.stream().allMatch(reader -> reader.scope().graph() == constant.owner());
  }

  /** Why the constant stays in float whatever its form might be, or an empty string. */
  public String objection(Recipe recipe) {
    if (value().byteSize() < SMALLEST) return "its weight is smaller than " + SMALLEST + " bytes";
    for (Reader reader : readers) {
      Node node = reader.node();
      if (node == null) return "its weight is an output of the graph too";
      if (recipe.selects(node.label(), node.opType(), value().count())) continue;
      return readers.size() == 1
          ? "excluded"
          : "its weight is shared with %s, which is excluded".formatted(node.label());
    }
    return recipes(recipe).size() > 1
        ? "its weight is shared by nodes that rules give different settings"
        : "";
  }

  /** The recipe that holds for the constant: that of the first node for which it is a weight. */
  public Recipe recipe(Recipe recipe) {
    return recipes(recipe).getFirst();
  }

  /** What holds for the nodes for which it is a weight, each once. */
  private List<Recipe> recipes(Recipe recipe) {
    return IntStream.range(0, readers.size())
        .filter(i -> roles.get(i) != Role.OTHER)
        .mapToObj(i -> Objects.requireNonNull(readers.get(i).node()))
        .map(node -> recipe.forNode(node.label(), node.opType(), value().count()))
        .distinct()
        .toList();
  }
}
