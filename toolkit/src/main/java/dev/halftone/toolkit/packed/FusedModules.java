package dev.halftone.toolkit.packed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Modules that vLLM computes as one, and therefore wants all quantized or all not. */
final class FusedModules {
  private static final List<List<String>> FUSED =
      List.of(
          List.of("q_proj", "k_proj", "v_proj"),
          List.of("gate_proj", "up_proj"),
          List.of("w1", "w3"));

  private FusedModules() {}

  /** A sentence for each kind of modules that are not alike somewhere. */
  static List<String> warnings(List<Choice> choices) {
    Map<String, Boolean> quantized = new LinkedHashMap<>();
    for (Choice choice : choices) quantized.put(choice.name(), choice.isQuantized());
    Map<String, String> places = new TreeMap<>();
    for (List<String> fused : FUSED) {
      for (String name : quantized.keySet()) {
        String ending = fused.getFirst() + PackedMatrix.ENDING;
        if (!name.endsWith("." + ending)) continue;
        String parent = name.substring(0, name.length() - ending.length());
        long ways =
            fused.stream()
                .map(module -> quantized.get(parent + module + PackedMatrix.ENDING))
                .distinct()
                .count();
        if (ways > 1) places.putIfAbsent(String.join(", ", fused), parent);
      }
    }
    List<String> warnings = new ArrayList<>();
    places.forEach(
        (modules, parent) ->
            warnings.add(
                "vLLM computes %s as one and wants all or none of them quantized: see %s"
                    .formatted(modules, parent.substring(0, parent.length() - 1))));
    return warnings;
  }
}
