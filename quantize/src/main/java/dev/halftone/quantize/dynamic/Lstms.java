package dev.halftone.quantize.dynamic;

import dev.halftone.graph.Node;
import dev.halftone.quantize.codes.CodeFormat;
import dev.halftone.quantize.codes.CodeLayout;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.IntegerGrid;
import dev.halftone.quantize.forms.IntegerLstm;
import dev.halftone.quantize.forms.Role;
import dev.halftone.quantize.forms.WeightForm;
import dev.halftone.quantize.forms.WeightUse;
import dev.halftone.quantize.scope.Readers.Reader;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Which LSTMs run in integers: those whose two weights can both be codes. */
final class Lstms {
  private final Recipe recipe;
  private final Set<Node> integers = Collections.newSetFromMap(new IdentityHashMap<>());

  Lstms(List<WeightUse> uses, Recipe recipe) {
    this.recipe = recipe;
    Set<Node> inputReady = Collections.newSetFromMap(new IdentityHashMap<>());
    Set<Node> recurrenceReady = Collections.newSetFromMap(new IdentityHashMap<>());
    for (WeightUse use : uses) {
      if (!isPossible(use)) continue;
      (use.readers().getFirst().input() == 1 ? inputReady : recurrenceReady).addAll(use.nodes());
    }
    inputReady.retainAll(recurrenceReady);
    integers.addAll(inputReady);
    // A weight shared with an LSTM that stays in float stays too, and takes its other readers with
    // it.
    for (boolean changed = true; changed; ) {
      changed = false;
      for (WeightUse use : uses) {
        if (!isPossible(use) || integers.containsAll(use.nodes())) continue;
        changed |= integers.removeAll(use.nodes());
      }
    }
  }

  /** Whether a weight, taken alone, can be an integer LSTM's. */
  private boolean isPossible(WeightUse use) {
    if (use.commonRole() != Role.RECURRENT || !use.objection(recipe).isEmpty()) return false;
    if (use.value().dtype() != DType.FLOAT32 || use.value().rank() != 3) return false;
    int input = use.readers().getFirst().input();
    for (Reader reader : use.readers()) if (reader.input() != input) return false;
    return use.nodes().stream().allMatch(IntegerLstm::canRun);
  }

  /** Whether all readers of the weight are LSTMs that run in integers. */
  boolean areIntegers(WeightUse use) {
    return isPossible(use) && integers.containsAll(use.nodes());
  }

  WeightForm form(WeightUse use) {
    Tensor value = use.value();
    long length = value.dimension(2);
    CodeLayout layout =
        new CodeLayout(value.dimension(0), length, value.dimension(1), length, true, false);
    CodeFormat format = new IntegerGrid(DType.INT8, true, use.recipe(recipe).range());
    CodeRequest request = new CodeRequest(use.name(), value, layout, format);
    return new IntegerLstm(request, use.nodes(), use.readers().getFirst().input());
  }
}
