package dev.halftone.llm.mixture;

import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType;
import dev.halftone.checkpoint.gguf.TensorType.Blocks;
import dev.halftone.checkpoint.gguf.TensorType.Plain;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.number.gguf.BlockType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Decides what each tensor of a file becomes. */
public final class Assignments {
  /** First what belongs to no layer, then layer by layer, each by name. */
  private static final Comparator<TensorInfo> BY_LAYER =
      Comparator.comparingInt((TensorInfo tensor) -> LayerName.layer(tensor.name()).orElse(-1))
          .thenComparing(TensorInfo::name);

  private final MixtureRequest request;

  /** Empty if no rule is about the mixture. */
  private final Optional<Chooser> chooser;

  private Assignments(MixtureRequest request, Optional<Chooser> chooser) {
    this.request = request;
    this.chooser = chooser;
  }

  /**
   * What becomes of each tensor, in the order in which they are written: as they come if the
   * request keeps it; else what belongs to no layer first, then layer by layer, each by name.
   * Without importance weights some types are useless; {@link #checkImportance} tells.
   *
   * @param metadata of the file, which tells the number of layers, heads and experts
   * @param tensors of the whole model
   * @param importance whether there are importance weights, for whichever tensors
   * @throws dev.halftone.graph.MalformedModelException if the metadata lacks what the rules need
   * @throws UnsupportedModelException if a tensor's rows fit neither a type nor what stands in for
   *     it, it holds no floats, or is quantized already and the request does not allow to do that
   *     again: names the tensor
   */
  public static List<Assignment> of(
      Map<String, MetadataValue> metadata,
      Collection<TensorInfo> tensors,
      MixtureRequest request,
      boolean importance) {
    Assignments decision =
        new Assignments(request, chooser(metadata, tensors, request, importance));
    List<TensorInfo> order = new ArrayList<>(tensors);
    if (!request.keepOrder()) order.sort(BY_LAYER);
    return order.stream().map(decision::assign).toList();
  }

  /**
   * Sees to it that what needs importance weights has them.
   *
   * @param has whether there are weights for a tensor, by its name
   * @throws UnsupportedModelException if they are missing: names the first tensor and its type
   */
  public static void checkImportance(List<Assignment> assignments, Predicate<String> has) {
    for (Assignment assignment : assignments) {
      String name = assignment.source().name();
      if (assignment.needsImportance() && !has.test(name))
        throw new UnsupportedModelException(
            tensor(name),
            "%s is useless without importance weights, and there are none for it"
                .formatted(assignment.target()));
    }
  }

  private static Optional<Chooser> chooser(
      Map<String, MetadataValue> metadata,
      Collection<TensorInfo> tensors,
      MixtureRequest request,
      boolean importance) {
    if (!(request.mixture().base() instanceof Blocks(BlockType base)) || base.blockValues() == 1)
      return Optional.empty();
    List<Role> roles = tensors.stream().map(tensor -> Role.of(tensor.name())).toList();
    long values = roles.stream().filter(role -> role.ruled() == Role.ATTENTION_VALUE).count();
    boolean tied = !roles.contains(Role.OUTPUT);
    ModelShape shape = ModelShape.of(metadata);
    MixtureRules rules = new MixtureRules(request.mixture(), base, shape, importance, tied);
    return Optional.of(new Chooser(request, rules, values));
  }

  private Assignment assign(TensorInfo tensor) {
    Choice choice =
        Kept.reason(tensor, request)
            .map(reason -> new Choice(tensor.type(), reason))
            .orElseGet(() -> choose(tensor));
    TensorType target = choice.type();
    boolean copy = target.equals(tensor.type());
    if (!copy) check(tensor, target);
    return new Assignment(
        tensor, target, choice.reason(), !copy && needsImportance(tensor, target));
  }

  private Choice choose(TensorInfo tensor) {
    Role role = Role.of(tensor.name());
    if (role == Role.TOKEN_EMBEDDING && request.tokenEmbeddingType().isPresent())
      return new Choice(request.tokenEmbeddingType().get(), "asked for the token embeddings");
    if (role == Role.OUTPUT && request.outputType().isPresent())
      return new Choice(request.outputType().get(), "asked for the output");
    return chooser
        .map(rules -> rules.choose(tensor))
        .orElseGet(() -> new Choice(request.mixture().base(), ""));
  }

  private void check(TensorInfo tensor, TensorType target) {
    TensorType source = tensor.type();
    if (source instanceof Plain && source != Plain.F32)
      throw new UnsupportedModelException(
          tensor(tensor.name()), "%s is not quantized to %s".formatted(source, target));
    if (source.blockValues() > 1 && !request.allowRequantize())
      throw new UnsupportedModelException(
          tensor(tensor.name()),
          "is quantized to %s already; to %s again only if that is allowed"
              .formatted(source, target));
    if (!RowLength.fits(tensor, target)) throw RowLength.misfit(tensor, target);
  }

  private boolean needsImportance(TensorInfo tensor, TensorType target) {
    if (!(target instanceof Blocks(BlockType type))) return false;
    if (type.importance() == BlockType.Importance.REQUIRED) return true;
    return switch (Role.of(tensor.name())) {
      case OUTPUT, TOKEN_EMBEDDING -> false;
      default ->
          switch (type) {
            case IQ1_M, IQ2_S, IQ3_XXS -> true;
            case Q2_K -> request.mixture() == Mixture.Q2_K_S;
            default -> false;
          };
    };
  }

  private static String tensor(String name) {
    return "tensor \"%s\"".formatted(name);
  }
}
