package dev.halftone.train.operator;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A cell that runs over the steps of a sequence, in one or both directions; ONNX operators RNN, GRU
 * and LSTM. Inputs: X {@code [steps, batch, features]}, W {@code [directions, gates * hidden,
 * features]}, R {@code [directions, gates * hidden, hidden]}, B {@code [directions, 2 * gates *
 * hidden]}, the lengths of the sequences, the first states {@code [directions, batch, hidden]}, and
 * peepholes. Beyond the end of a shorter sequence outputs are 0 and states stay.
 */
final class Recurrence implements TorchOperator {
  private static final Map<String, UnaryOperator<Tensor>> FUNCTIONS =
      Map.of("Sigmoid", torch::sigmoid, "Tanh", torch::tanh, "Relu", torch::relu);

  /** What a cell keeps from step to step; only that of an LSTM has a memory. */
  record State(Tensor hidden, @Nullable Tensor memory) {}

  /** One step of one direction. */
  interface Cell {
    /**
     * @param x what the features give for all gates, {@code [batch, gates * hidden]}
     */
    State next(Tensor x, State before);
  }

  /** The weights and functions of one direction; biases are 0 where the node has none. */
  record Weights(
      Call call,
      Tensor recurrent,
      @Nullable Tensor recurrentBias,
      @Nullable Tensor peepholes,
      List<UnaryOperator<Tensor>> functions) {

    /** What the last hidden state gives for the gates from {@code first} to {@code end}. */
    Tensor recur(Tensor hidden, int first, int end) {
      long size = hidden.size(1);
      Tensor rows = recurrent.narrow(0, first * size, (end - first) * size);
      Tensor product = torch.matmul(hidden, rows.transpose(0, 1));
      if (recurrentBias == null) return product;
      return product.add(recurrentBias.narrow(0, first * size, (end - first) * size));
    }

    /** Function {@code index} of what the node clips it to. */
    Tensor apply(int index, Tensor x) {
      float clip = call.real("clip", 0f);
      if (clip <= 0) return functions.get(index).apply(x);
      ScalarOptional low = new ScalarOptional(new Scalar(-clip));
      ScalarOptional high = new ScalarOptional(new Scalar(clip));
      return functions.get(index).apply(torch.clamp(x, low, high));
    }
  }

  /** Makes the cell of an operator. */
  interface Kind {
    Cell cell(Weights weights);
  }

  private final int gates;
  private final List<String> functions;
  private final Kind kind;

  /**
   * @param gates what W, R and B have one after the other
   * @param functions of each direction, where the node names none
   */
  Recurrence(int gates, List<String> functions, Kind kind) {
    this.gates = gates;
    this.functions = functions;
    this.kind = kind;
  }

  /** Part {@code index} of what lies side by side in {@code x}, each as wide as {@code hidden}. */
  static Tensor part(Tensor x, int index, Tensor hidden) {
    long size = hidden.size(1);
    return x.narrow(1, index * size, size);
  }

  @Override
  public @Nullable String refusal(Node node, long opset) {
    if (node.integer("layout", 0) != 0) return "its batch comes first";
    if (node.attribute("activation_alpha") != null || node.attribute("activation_beta") != null)
      return "its functions have parameters";
    for (String name : names(node))
      if (!FUNCTIONS.containsKey(name)) return "its function is " + name;
    return null;
  }

  /** For both directions, one after the other. */
  private List<String> names(Node node) {
    if (node.attribute("activations") instanceof Attribute.OfStrings(List<String> names)
        && !names.isEmpty()) return names;
    List<String> both = new ArrayList<>(functions);
    both.addAll(functions);
    return both;
  }

  @Override
  public List<Tensor> apply(Call call) {
    boolean reverse = call.node().text("direction", "forward").equals("reverse");
    int directions = (int) call.input(1).size(0);
    List<Tensor> outputs = new ArrayList<>();
    List<Tensor> hidden = new ArrayList<>();
    List<Tensor> memories = new ArrayList<>();
    for (int direction = 0; direction < directions; direction++) {
      List<Tensor> steps = new ArrayList<>();
      State last = run(call, direction, reverse || direction == 1, steps);
      outputs.add(stack(steps, 0));
      hidden.add(last.hidden());
      if (last.memory() != null) memories.add(last.memory());
    }
    List<Tensor> results = new ArrayList<>(List.of(stack(outputs, 1), stack(hidden, 0)));
    if (!memories.isEmpty()) results.add(stack(memories, 0));
    return results;
  }

  private static Tensor stack(List<Tensor> parts, long axis) {
    return torch.stack(new TensorVector(parts.toArray(Tensor[]::new)), axis);
  }

  private State run(Call call, int direction, boolean backward, List<Tensor> outputs) {
    Tensor x = call.input(0);
    int count = (int) x.size(0);
    Tensor gateInputs = torch.matmul(x, call.input(1).select(0, direction).transpose(0, 1));
    long width = gateInputs.size(2);
    @Nullable Tensor biases = select(call, 3, direction);
    if (biases != null) gateInputs = gateInputs.add(biases.narrow(0, 0, width));
    Tensor recurrentBias = biases == null ? null : biases.narrow(0, width, width);
    Weights weights =
        new Weights(
            call,
            call.input(2).select(0, direction),
            recurrentBias,
            select(call, 7, direction),
            functions(call.node(), direction));
    Cell cell = kind.cell(weights);
    State state = first(call, direction, x.size(1), width / gates);
    for (int i = 0; i < count; i++) {
      int step = backward ? count - 1 - i : i;
      State next = cell.next(gateInputs.select(0, step), state);
      Tensor lengths = call.optional(4);
      if (lengths == null) {
        state = next;
        outputs.add(next.hidden());
      } else {
        Tensor inside = torch.gt(lengths, new Scalar((long) step)).unsqueeze(1);
        outputs.add(kept(inside, next.hidden(), torch.zeros_like(next.hidden())));
        state = kept(inside, next, state);
      }
    }
    if (backward) Collections.reverse(outputs);
    return state;
  }

  private static State kept(Tensor inside, State next, State before) {
    Tensor hidden = kept(inside, next.hidden(), before.hidden());
    if (next.memory() == null || before.memory() == null) return new State(hidden, null);
    return new State(hidden, kept(inside, next.memory(), before.memory()));
  }

  private static Tensor kept(Tensor inside, Tensor next, Tensor otherwise) {
    return torch.where(inside, next, otherwise);
  }

  private List<UnaryOperator<Tensor>> functions(Node node, int direction) {
    int count = functions.size();
    List<UnaryOperator<Tensor>> found = new ArrayList<>();
    for (String name : names(node).subList(direction * count, (direction + 1) * count))
      found.add(FUNCTIONS.get(name));
    return found;
  }

  private static @Nullable Tensor select(Call call, int input, int direction) {
    Tensor all = call.optional(input);
    return all == null ? null : all.select(0, direction);
  }

  private static State first(Call call, int direction, long batch, long size) {
    Tensor zeros = torch.zeros(batch, size);
    Tensor hidden = select(call, 5, direction);
    Tensor memory = select(call, 6, direction);
    return new State(hidden == null ? zeros : hidden, memory == null ? zeros : memory);
  }
}
