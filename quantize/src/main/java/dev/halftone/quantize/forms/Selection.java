package dev.halftone.quantize.forms;

import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Readers.Reader;
import dev.halftone.recipe.NamePattern;
import dev.halftone.recipe.Recipe;
import java.util.List;

/** Which constants are quantized at all, by rules that all modes share. */
public final class Selection {
  /** A smaller constant gains less than the nodes around it cost. */
  private static final long SMALLEST = 1024;

  private Selection() {}

  /** Why a constant that has a weight's role for some reader stays in float, or an empty string. */
  public static String objection(Constant constant, List<Reader> readers, Recipe recipe) {
    if (constant.value().byteSize() < SMALLEST) return "its weight is smaller than " + SMALLEST + " bytes";
    for (Reader reader : readers) {
      if (reader.node() == null) return "its weight is an output of the graph too";
      if (!NamePattern.selects(recipe.include(), recipe.exclude(), reader.node().label())) {
        boolean alone = readers.size() == 1;
        return alone ? "excluded" : "its weight is shared with %s, which is excluded".formatted(reader.node().label());
      }
    }
    return "";
  }

  /** Whether a constant is a weight of some reader. */
  public static boolean isWeight(Constant constant, List<Reader> readers) {
    return constant.value().dtype().isFloat()
        && constant.value().count() > 0
        && readers.stream().anyMatch(reader -> Role.of(reader, constant.value()) != Role.OTHER);
  }

  /** The role that the readers have in common, or {@link Role#OTHER}. */
  public static Role commonRole(Constant constant, List<Reader> readers) {
    List<Role> roles = readers.stream().map(reader -> Role.of(reader, constant.value())).distinct().toList();
    return roles.size() == 1 ? roles.getFirst() : Role.OTHER;
  }

  /** The first role that is a weight's. */
  public static Role firstRole(Constant constant, List<Reader> readers) {
    return readers.stream()
        .map(reader -> Role.of(reader, constant.value()))
        .filter(role -> role != Role.OTHER)
        .findFirst()
        .orElseThrow();
  }

  /** Whether all readers lie in the graph that owns the constant, and not in bodies of its nodes. */
  public static boolean readAtHome(Constant constant, List<Reader> readers) {
    return readers.stream().allMatch(reader -> reader.scope().graph() == constant.owner());
  }
}
