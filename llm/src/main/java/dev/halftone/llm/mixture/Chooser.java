package dev.halftone.llm.mixture;

import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType;
import dev.halftone.checkpoint.gguf.TensorType.Blocks;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.number.gguf.BlockType;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Chooses types for one tensor after the other: some rules count those that came before. */
final class Chooser {
  private final MixtureRequest request;
  private final MixtureRules rules;
  private final long values;
  private final Map<Role, Integer> seen = new EnumMap<>(Role.class);

  /**
   * @param values tensors whose role is that of attention values
   */
  Chooser(MixtureRequest request, MixtureRules rules, long values) {
    this.request = request;
    this.rules = rules;
    this.values = values;
  }

  /** For a tensor that may be quantized, to a mixture whose base type has blocks. */
  Choice choose(TensorInfo tensor) {
    Role role = Role.of(tensor.name());
    Choice choice = asked(tensor).orElseGet(() -> request.pure() ? base() : byRule(tensor, role));
    TensorType fitting = RowLength.fit(tensor, choice.type());
    return fitting.equals(choice.type())
        ? choice
        : new Choice(fitting, RowLength.problem(tensor, choice.type()));
  }

  private Optional<Choice> asked(TensorInfo tensor) {
    return request.rules().stream()
        .filter(rule -> rule.isFor(tensor.name()))
        .findFirst()
        .map(rule -> new Choice(rule.type(), "asked by " + rule));
  }

  private Choice base() {
    return new Choice(request.mixture().base(), "");
  }

  private Choice byRule(TensorInfo tensor, Role role) {
    if (rules.isOutput(role) && request.outputType().isPresent())
      return new Choice(request.outputType().get(), "asked for the output");
    BlockType type = rules.type(tensor, role, place(tensor, role));
    String reason = type == rules.base() ? "" : reason(role);
    return new Choice(new Blocks(type), reason);
  }

  private String reason(Role role) {
    boolean tied = role == Role.TOKEN_EMBEDDING && rules.tied();
    return tied ? role + ", which are the output too" : role.toString();
  }

  private Place place(TensorInfo tensor, Role role) {
    int index = seen.merge(role.ruled(), 1, Integer::sum) - 1;
    return switch (role.ruled()) {
      case FFN_UP, FFN_GATE, FFN_DOWN -> new Place(layer(tensor, index), rules.shape().layers());
      default -> new Place(index, values);
    };
  }

  /** With experts there may be more tensors of a role than layers, so the name has to tell. */
  private long layer(TensorInfo tensor, int index) {
    if (rules.shape().experts() < 2 || !rules.countsLayers()) return index;
    long layers = rules.shape().layers();
    int layer = LayerName.layer(tensor.name()).orElse(-1);
    if (layer >= 0 && layer < layers) return layer;
    throw new UnsupportedModelException(
        "tensor \"%s\"".formatted(tensor.name()),
        "the name has no layer, expected blk.0 to blk.%d".formatted(layers - 1));
  }
}
