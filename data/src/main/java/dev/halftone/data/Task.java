package dev.halftone.data;

import java.util.Map;

/** What the model is asked to do with the samples, and so how its answers are judged. */
public sealed interface Task {
  /**
   * The largest value of the output is the answer: top-1 and top-5 accuracy, agreement.
   *
   * @param labelOffset added to a label to get its index in the output (1 where index 0 is a
   *     background class)
   */
  record Classify(int labelOffset) implements Task {}

  /**
   * Boxes: mean average precision at IoU 0.5.
   *
   * @param decoder name of the decoder that turns raw outputs into boxes
   * @param options of the decoder
   */
  record Detect(String decoder, Map<String, String> options) implements Task {}

  /**
   * The model gives its input back; the mean squared difference over a group is its score: ROC AUC.
   */
  record Anomaly() implements Task {}

  /**
   * Samples are steps in time whose state goes from one to the next; outputs are compared with the
   * reference.
   */
  record Sequence() implements Task {}

  /** No labels: outputs are compared with the reference. */
  record CompareOnly() implements Task {}
}
