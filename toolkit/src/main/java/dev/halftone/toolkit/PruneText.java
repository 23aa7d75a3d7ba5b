package dev.halftone.toolkit;

import dev.halftone.prune.NodeChoice;
import dev.halftone.prune.PruneRequest;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/** What was asked of pruning, in words. */
public final class PruneText {
  private PruneText() {}

  /** For scripts, in the words of the options. */
  static SortedMap<String, Object> fields(PruneRequest request) {
    SortedMap<String, Object> fields = new TreeMap<>();
    fields.put("mode", "prune");
    switch (request) {
      case PruneRequest.Sparsity sparsity -> {
        fields.put("sparsity", sparsity.share());
        fields.put("method", word(sparsity.method()));
        if (sparsity.method() != PruneRequest.Method.WANDA)
          fields.put("scope", word(sparsity.scope()));
      }
      case PruneRequest.Pattern pattern -> {
        fields.put("pattern", pattern.toString());
        fields.put("method", word(pattern.method()));
      }
      case PruneRequest.Channels channels -> {
        fields.put("channels", channels.share());
        fields.put("norm", word(channels.norm()));
        fields.put("multiple", channels.multiple());
      }
    }
    NodeChoice nodes = request.nodes();
    if (!nodes.include().isEmpty()) fields.put("include", nodes.include());
    if (!nodes.exclude().isEmpty()) fields.put("exclude", nodes.exclude());
    return fields;
  }

  /** For people: {@code 50 % of the weights by magnitude, over all layers}. */
  public static String summary(PruneRequest request) {
    return switch (request) {
      case PruneRequest.Sparsity sparsity ->
          "%s of the weights by %s, %s"
              .formatted(percent(sparsity.share()), word(sparsity.method()), among(sparsity));
      case PruneRequest.Pattern pattern ->
          "%d of each %d weights along the inputs stay, by %s"
              .formatted(pattern.kept(), pattern.of(), word(pattern.method()));
      case PruneRequest.Channels channels ->
          "%s of the channels of each layer by their %s norm, multiples of %d stay"
              .formatted(percent(channels.share()), channels.norm(), channels.multiple());
    };
  }

  private static String among(PruneRequest.Sparsity sparsity) {
    return switch (sparsity.method()) {
      case WANDA -> "of each output";
      case MAGNITUDE, SPARSEGPT ->
          switch (sparsity.scope()) {
            case GLOBAL -> "over all layers";
            case LAYER -> "of each layer";
          };
    };
  }

  private static String percent(double share) {
    double percent = 100 * share;
    return String.format(
        Locale.ROOT, percent == Math.rint(percent) ? "%.0f %%" : "%.2f %%", percent);
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
