package dev.halftone.cli;

import dev.halftone.prune.NodeChoice;
import dev.halftone.prune.PruneRequest;
import dev.halftone.train.Augmentation;
import dev.halftone.train.TrainOptions;
import dev.halftone.train.ZeroPoints;
import dev.halftone.train.Zeros;
import dev.halftone.train.optimize.Method;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How to train, as far as it is said. */
final class TrainingOptions {
  private static final TrainOptions USUAL = TrainOptions.defaults();

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description =
          "Times that the samples are gone through, in whole batches; 0 calibrates only; default:"
              + " 20.")
  private int epochs = USUAL.epochs();

  @Option(names = "--batch", paramLabel = "N", description = "Samples a step; default: 32.")
  private int batch = USUAL.batch();

  @Option(
      names = "--optimizer",
      paramLabel = "METHOD",
      description = "adamw (default), adam or sgd (with a momentum of 0.9).")
  private String optimizer = "adamw";

  @Option(
      names = "--learning-rate",
      paramLabel = "X",
      description =
          "Highest learning rate, relative to each weight's magnitude: it rises to this and falls"
              + " along a cosine; default: 0.01.")
  private double rate = USUAL.rate();

  @Option(
      names = "--scale-rate",
      paramLabel = "X",
      description =
          "That of scales as a share of the learning rate; 0 keeps those of calibration, but for"
              + " what --match-statistics makes of them; default: 0.3.")
  private double scaleRate = USUAL.scaleRate();

  @Option(
      names = "--zero-points",
      paramLabel = "WHAT",
      description =
          "kept where calibration put those of activations, or learned beside the scales (LSQ+);"
              + " default: kept.")
  private String zeroPoints = "kept";

  @Option(
      names = "--warm-up",
      paramLabel = "SHARE",
      description = "Share of all steps in which the learning rate rises; default: 0.05.")
  private double warmUp = USUAL.warmUp();

  @Option(
      names = "--weight-decay",
      paramLabel = "X",
      description = "Weight decay, never of scales and biases; default: 0.0001.")
  private double decay = USUAL.decay();

  @Option(
      names = "--clip-gradient",
      paramLabel = "X",
      description = "Gradients longer than this are shortened; 0 for never; default: 1.")
  private double longest = USUAL.longest();

  @Option(
      names = "--hold-out",
      paramLabel = "SHARE",
      description =
          "Share of the samples that is not trained on: the best epoch is the one with the least"
              + " loss on them; default: 0.1.")
  private double heldOut = USUAL.heldOut();

  @Option(
      names = "--patience",
      paramLabel = "N",
      description = "Stop after so many epochs without a better one; 0 for never; default: 0.")
  private int patience = USUAL.patience();

  @Option(
      names = "--label-share",
      paramLabel = "SHARE",
      description =
          "Share of the labels' cross-entropy in the loss, the rest is imitation of the original;"
              + " default: 0.5 with --labels, else 0.")
  private @Nullable Double labelShare;

  @Option(
      names = "--temperature",
      paramLabel = "X",
      description = "What logits are divided by where the original is imitated; default: 1.")
  private double temperature = USUAL.temperature();

  @Option(
      names = "--feature-share",
      paramLabel = "SHARE",
      description =
          "Share of inner values in the loss, each rounded one beside the original's: more to learn"
              + " from few samples; default: 0.")
  private double featureShare = USUAL.featureShare();

  @Option(
      names = "--average",
      paramLabel = "EPOCHS",
      description =
          "Judge and write the running mean of weights and scales over about so many epochs, in"
              + " place of where the last step left them; with --hold-out 0 the epoch is chosen by"
              + " the training loss, which is not of the mean; 0 for never; default: 0.")
  private double averaged = USUAL.averaged();

  @Option(
      names = "--match-statistics",
      paramLabel = "EPOCHS",
      description =
          "Before training and after each of so many epochs, give every layer's output the"
              + " original's mean and variance by channel, as batch normalization would that is"
              + " folded here; not with --average; 0 for never; default: 0.")
  private int matched = USUAL.matched();

  @Option(
      names = "--augment",
      paramLabel = "WORDS",
      description =
          "Change samples at random: images by flip, crop:PIXELS, zoom:SHARE of the area,"
              + " color:SHARE, noise:SHARE of their deviation, cutmix[:ALPHA] of pairs; any by"
              + " mixup[:ALPHA] of pairs; several by comma; default: none.")
  private String augmentation = "none";

  @Option(
      names = "--keep-zeros",
      description =
          "Weights that are zero stay zero; the default where a tenth of one weight's elements or"
              + " more are, as after 'halftone prune'.")
  private boolean keepsZeros;

  @Option(names = "--no-keep-zeros", description = "Weights that are zero are trained as others.")
  private boolean trainsZeros;

  @Option(
      names = "--sparsity",
      paramLabel = "SHARE",
      description =
          "This share of the weights becomes zero, ever more in the first half of the epochs, the"
              + " least of all layers in ratio to the norm of their layer: 0.5.")
  private @Nullable Double sparsity;

  @Option(
      names = "--pattern",
      paramLabel = "N:M",
      description =
          "Likewise, but of each M neighbours along the input channels N stay, as with 'halftone"
              + " prune': 2:4.")
  private @Nullable String pattern;

  /**
   * The options.
   *
   * @param labels whether labels were given by name
   * @throws IllegalArgumentException if a number is out of range or a word unknown
   */
  TrainOptions options(boolean labels, long seed) {
    return new TrainOptions(
        epochs,
        batch,
        method(),
        rate,
        scaleRate,
        zeroPoints(),
        warmUp,
        decay,
        longest,
        heldOut,
        patience,
        labelShare == null ? (labels ? 0.5 : 0) : labelShare,
        temperature,
        featureShare,
        averaged,
        matched,
        Augmentation.parse(augmentation),
        zeros(),
        pruning(),
        seed);
  }

  private @Nullable PruneRequest pruning() {
    if (sparsity != null && pattern != null)
      throw new IllegalArgumentException("--sparsity and --pattern exclude each other");
    if (sparsity != null)
      return new PruneRequest.Sparsity(
          sparsity, PruneRequest.Scope.GLOBAL, PruneRequest.Method.MAGNITUDE, NodeChoice.ALL);
    return pattern == null
        ? null
        : PruneOptions.ratio(pattern, PruneRequest.Method.MAGNITUDE, NodeChoice.ALL);
  }

  private ZeroPoints zeroPoints() {
    return word("--zero-points", ZeroPoints.class, zeroPoints);
  }

  private Zeros zeros() {
    if (keepsZeros && trainsZeros)
      throw new IllegalArgumentException("--keep-zeros and --no-keep-zeros exclude each other");
    if (keepsZeros) return Zeros.KEPT;
    return trainsZeros ? Zeros.TRAINED : Zeros.KEPT_WHERE_PRUNED;
  }

  private Method method() {
    return word("--optimizer", Method.class, optimizer);
  }

  private static <E extends Enum<E>> E word(String option, Class<E> type, String word) {
    try {
      return Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      String words =
          Arrays.stream(type.getEnumConstants())
              .map(one -> one.name().toLowerCase(Locale.ROOT))
              .collect(Collectors.joining(", "));
      throw new IllegalArgumentException(
          "%s: '%s' is not one of %s".formatted(option, word, words), e);
    }
  }
}
