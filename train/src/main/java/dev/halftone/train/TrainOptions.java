package dev.halftone.train;

import dev.halftone.prune.PruneRequest;
import dev.halftone.train.optimize.Method;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How to train.
 *
 * @param epochs times that the samples are gone through, in whole batches: what is left over waits
 *     for another
 * @param batch samples a step
 * @param rate highest learning rate: the share of its magnitude that a step may change a weight by
 * @param scaleRate the same for scales, as a share of {@code rate}; 0 leaves them where calibration
 *     put them, but for those that {@code matched} multiplies
 * @param zeroPoints what becomes of zero points of activations, which go as fast as scales
 * @param warmUp share of the steps in which the rate rises
 * @param decay weight decay, never of scales and biases
 * @param longest length that gradients are shortened to; 0 for never
 * @param heldOut share of the samples that is not trained on, but judged by
 * @param patience epochs without a lower loss on those after which training stops; 0 for never
 * @param labelShare share of labels in the loss, the rest is the original model's
 * @param temperature that logits are divided by where the original is imitated
 * @param featureShare share of inner values in the loss, beside the outputs; below 1
 * @param averaged epochs that the running mean of the parameters goes back, which is what is judged
 *     and kept; 0 for the parameters themselves
 * @param matched epochs after each of which, and before the first, layers get the original's mean
 *     and variance by channel again; 0 for never
 * @param augmentation what becomes of samples before they are shown; to mix them, a batch has two
 *     at least
 * @param zeros what becomes of weights that are zero
 * @param pruning which weights become zero, ever more in the first half of the epochs, by
 *     magnitude; null for none
 */
public record TrainOptions(
    int epochs,
    int batch,
    Method method,
    double rate,
    double scaleRate,
    ZeroPoints zeroPoints,
    double warmUp,
    double decay,
    double longest,
    double heldOut,
    int patience,
    double labelShare,
    double temperature,
    double featureShare,
    double averaged,
    int matched,
    Augmentation augmentation,
    Zeros zeros,
    @Nullable PruneRequest pruning,
    long seed) {
  public TrainOptions {
    require(epochs >= 0, "epochs", epochs);
    require(batch >= 1, "batch", batch);
    require(rate > 0 && rate < 10, "learning rate", rate);
    require(scaleRate >= 0 && scaleRate <= 10, "rate of scales", scaleRate);
    if (zeroPoints == ZeroPoints.LEARNED)
      require(scaleRate > 0, "rate of scales to learn zero points at", scaleRate);
    require(warmUp >= 0 && warmUp < 1, "warm-up", warmUp);
    require(decay >= 0 && decay < 1, "weight decay", decay);
    require(longest >= 0 && longest < Double.POSITIVE_INFINITY, "gradient length", longest);
    require(heldOut >= 0 && heldOut < 1, "held-out share", heldOut);
    require(patience >= 0, "patience", patience);
    require(labelShare >= 0 && labelShare <= 1, "share of labels", labelShare);
    require(batch >= 2 || !augmentation.mixes(), "batch to mix samples of", batch);
    require(pruning == null || epochs >= 1, "epochs to prune in", epochs);
    require(featureShare >= 0 && featureShare < 1, "share of features", featureShare);
    require(averaged >= 0 && averaged <= 1e6, "averaged epochs", averaged);
    if (averaged > 0 && matched > 0)
      throw new IllegalArgumentException(
          "the running mean of weights has not the statistics that layers are given: either is to"
              + " be had, not both");
    require(matched >= 0, "epochs with matched statistics", matched);
    require(temperature > 0 && temperature <= 100, "temperature", temperature);
  }

  /** Whether fewer weights are zero after an epoch, counted from 1, than there are to be. */
  public boolean prunesAfter(int epoch) {
    return pruning != null && epoch < GradualPruning.rising(epochs);
  }

  private static void require(boolean holds, String what, Number found) {
    if (!holds) throw new IllegalArgumentException(what + " " + found + " is out of range");
  }

  /** Distillation with AdamW. */
  public static TrainOptions defaults() {
    return new TrainOptions(
        20,
        32,
        Method.ADAMW,
        0.01,
        0.3,
        ZeroPoints.KEPT,
        0.05,
        1e-4,
        1,
        0.1,
        0,
        0,
        1,
        0,
        0,
        0,
        Augmentation.NONE,
        Zeros.KEPT_WHERE_PRUNED,
        null,
        0);
  }

  /** The same for another number of epochs. */
  public TrainOptions withEpochs(int wanted) {
    return with(parts -> parts.epochs = wanted);
  }

  /** The same with batches of another size. */
  public TrainOptions withBatch(int wanted) {
    return with(parts -> parts.batch = wanted);
  }

  /** The same with another share of labels in the loss. */
  public TrainOptions withLabelShare(double wanted) {
    return with(parts -> parts.labelShare = wanted);
  }

  /** The same with another highest rate. */
  public TrainOptions withRate(double wanted) {
    return with(parts -> parts.rate = wanted);
  }

  /** The same with another fate of zero points. */
  public TrainOptions withZeroPoints(ZeroPoints wanted) {
    return with(parts -> parts.zeroPoints = wanted);
  }

  /** The same with images changed. */
  public TrainOptions withAugmentation(Augmentation wanted) {
    return with(parts -> parts.augmentation = wanted);
  }

  /** The same with another fate of zeros. */
  public TrainOptions withZeros(Zeros wanted) {
    return with(parts -> parts.zeros = wanted);
  }

  /** The same with another share of inner values in the loss. */
  public TrainOptions withFeatureShare(double wanted) {
    return with(parts -> parts.featureShare = wanted);
  }

  /** The same with another share of samples held out. */
  public TrainOptions withHeldOut(double wanted) {
    return with(parts -> parts.heldOut = wanted);
  }

  /** The same with a running mean over so many epochs. */
  public TrainOptions withAveraged(double wanted) {
    return with(parts -> parts.averaged = wanted);
  }

  /** The same with statistics matched after so many epochs. */
  public TrainOptions withMatched(int wanted) {
    return with(parts -> parts.matched = wanted);
  }

  /** The same with weights that become zero. */
  public TrainOptions withPruning(PruneRequest wanted) {
    return with(parts -> parts.pruning = wanted);
  }

  private TrainOptions with(Consumer<Parts> change) {
    Parts parts = new Parts(this);
    change.accept(parts);
    return parts.whole();
  }

  /** The components, to be changed one by one. */
  private static final class Parts {
    private int epochs;
    private int batch;
    private Method method;
    private double rate;
    private double scaleRate;
    private ZeroPoints zeroPoints;
    private double warmUp;
    private double decay;
    private double longest;
    private double heldOut;
    private int patience;
    private double labelShare;
    private double temperature;
    private double featureShare;
    private double averaged;
    private int matched;
    private Augmentation augmentation;
    private Zeros zeros;
    private @Nullable PruneRequest pruning;
    private long seed;

    Parts(TrainOptions from) {
      epochs = from.epochs;
      batch = from.batch;
      method = from.method;
      rate = from.rate;
      scaleRate = from.scaleRate;
      zeroPoints = from.zeroPoints;
      warmUp = from.warmUp;
      decay = from.decay;
      longest = from.longest;
      heldOut = from.heldOut;
      patience = from.patience;
      labelShare = from.labelShare;
      temperature = from.temperature;
      featureShare = from.featureShare;
      averaged = from.averaged;
      matched = from.matched;
      augmentation = from.augmentation;
      zeros = from.zeros;
      pruning = from.pruning;
      seed = from.seed;
    }

    TrainOptions whole() {
      return new TrainOptions(
          epochs,
          batch,
          method,
          rate,
          scaleRate,
          zeroPoints,
          warmUp,
          decay,
          longest,
          heldOut,
          patience,
          labelShare,
          temperature,
          featureShare,
          averaged,
          matched,
          augmentation,
          zeros,
          pruning,
          seed);
    }
  }
}
