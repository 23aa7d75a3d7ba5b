package dev.halftone.cli;

import dev.halftone.prune.NodeChoice;
import dev.halftone.prune.PruneRequest;
import dev.halftone.prune.PruneRequest.Method;
import dev.halftone.prune.PruneRequest.Norm;
import dev.halftone.prune.PruneRequest.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How much is pruned, and by what. */
final class PruneOptions {
  /** Channels that ONNX Runtime's convolutions take at a time with 256-bit registers. */
  private static final int MULTIPLE = 8;

  private static final Pattern RATIO = Pattern.compile("([0-9]{1,4}):([0-9]{1,4})");

  @Option(
      names = "--sparsity",
      paramLabel = "SHARE",
      description = "This share of the weights becomes zero, wherever they lie: 0.5.")
  private @Nullable Double sparsity;

  @Option(
      names = "--pattern",
      paramLabel = "N:M",
      description =
          "Of each M neighbours along the input channels N stay, at each kernel position: 2:4 is"
              + " what sparse tensor cores run fast. Layers whose input channels are no multiple of"
              + " M stay.")
  private @Nullable String pattern;

  @Option(
      names = "--channels",
      paramLabel = "SHARE",
      description =
          "This share of the output channels of each layer goes, and the model gets smaller and"
              + " faster. Layers that are added lose the same channels; the first convolution keeps"
              + " its own, and those added to them, unless --include names it.")
  private @Nullable Double channels;

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      description =
          "With --sparsity and --pattern, what a weight is worth: magnitude (default); wanda: its"
              + " magnitude times the norm of its input on --data, compared within each output; or"
              + " sparsegpt: what its output on --data loses when the weights that stay make up for"
              + " it, which changes these.")
  private @Nullable String method;

  @Option(
      names = "--scope",
      paramLabel = "SCOPE",
      description =
          "With --sparsity by magnitude or sparsegpt, among which weights the least magnitudes are"
              + " looked for, and so how many of each layer: global (default: all together, in"
              + " ratio to the norm of their layer) or layer.")
  private @Nullable String scope;

  @Option(
      names = "--norm",
      paramLabel = "NORM",
      description = "With --channels, how a channel's weights are measured: l2 (default) or l1.")
  private @Nullable String norm;

  @Option(
      names = "--multiple",
      paramLabel = "N",
      description =
          "With --channels, as many stay as are a multiple of N, the nearest: 8 by default, since"
              + " kernels take 8 or 16 at a time.")
  private @Nullable Integer multiple;

  @Option(
      names = "--include",
      paramLabel = "PATTERN",
      split = ",",
      description = "Prune only nodes whose names match (* and ?); may be repeated.")
  private List<String> include = new ArrayList<>();

  @Option(
      names = "--exclude",
      paramLabel = "PATTERN",
      split = ",",
      description =
          "Leave nodes whose names match as they are; wins over --include; may be repeated.")
  private List<String> exclude = new ArrayList<>();

  /**
   * What the options ask for.
   *
   * @throws IllegalArgumentException if they contradict each other or are out of range
   */
  PruneRequest request() {
    long ways = Stream.of(sparsity, pattern, channels).filter(Objects::nonNull).count();
    if (ways != 1)
      throw new IllegalArgumentException(
          "one of --sparsity, --pattern and --channels is needed"
              + (ways == 0 ? "" : ", and %d are given".formatted(ways)));
    NodeChoice nodes = new NodeChoice(include, exclude);
    if (channels != null) {
      refuse(method, "--method has no meaning with --channels");
      refuse(scope, "--scope has no meaning with --channels");
      return new PruneRequest.Channels(
          channels,
          word("--norm", norm, Norm.L2),
          Objects.requireNonNullElse(multiple, MULTIPLE),
          nodes);
    }
    refuse(norm, "--norm has a meaning with --channels only");
    refuse(multiple, "--multiple has a meaning with --channels only");
    Method worth = word("--method", method, Method.MAGNITUDE);
    if (sparsity == null || worth == Method.WANDA)
      refuse(scope, "--scope has a meaning with --sparsity by magnitude or sparsegpt only");
    if (sparsity != null)
      return new PruneRequest.Sparsity(
          sparsity, word("--scope", scope, Scope.GLOBAL), worth, nodes);
    return ratio(Objects.requireNonNull(pattern), worth, nodes);
  }

  private static void refuse(@Nullable Object value, String reason) {
    if (value != null) throw new IllegalArgumentException(reason);
  }

  /**
   * What N:M asks for.
   *
   * @throws IllegalArgumentException if it is no such pattern
   */
  static PruneRequest ratio(String text, Method method, NodeChoice nodes) {
    Matcher parts = RATIO.matcher(text);
    if (!parts.matches())
      throw new IllegalArgumentException("--pattern %s: expected N:M, as 2:4".formatted(text));
    return new PruneRequest.Pattern(
        Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)), method, nodes);
  }

  private static <E extends Enum<E>> E word(String option, @Nullable String word, E otherwise) {
    if (word == null) return otherwise;
    E[] values = otherwise.getDeclaringClass().getEnumConstants();
    for (E value : values) if (name(value).equals(word)) return value;
    throw new IllegalArgumentException(
        "%s %s: expected %s"
            .formatted(
                option,
                word,
                Arrays.stream(values).map(PruneOptions::name).collect(Collectors.joining(" or "))));
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
