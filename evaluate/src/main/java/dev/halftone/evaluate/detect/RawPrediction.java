package dev.halftone.evaluate.detect;

import dev.halftone.data.Targets;
import dev.halftone.tensor.Tensor;
import java.util.Map;

/**
 * What a detector gave for one photo.
 *
 * @param outputs by name, for a batch of one
 * @param imageWidth of the model's input image
 * @param imageHeight of the model's input image
 * @param photo where the photo lies in that image
 */
public record RawPrediction(
    Map<String, Tensor> outputs, int imageWidth, int imageHeight, Targets.Area photo) {}
