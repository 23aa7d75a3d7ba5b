package dev.halftone.train;

import dev.halftone.checkpoint.safetensors.Safetensors;
import dev.halftone.checkpoint.safetensors.SafetensorsWriter;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * All that training needs to go on after an epoch, as a safetensors file.
 *
 * @param current parameters as they are
 * @param best as they were after the best epoch
 * @param memory of the optimizer
 */
record Snapshot(
    Map<String, Tensor> current,
    Map<String, Tensor> best,
    Map<String, Tensor> memory,
    List<Epoch> curve,
    long steps) {
  private static final String RUN = "halftone.run";
  private static final String CURVE = "halftone.curve";
  private static final String STEPS = "halftone.steps";

  /**
   * Writes it whole or not at all.
   *
   * @param run what tells this training from others
   */
  void write(Path file, String run) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    current.forEach((name, tensor) -> tensors.put("current." + name, tensor));
    best.forEach((name, tensor) -> tensors.put("best." + name, tensor));
    memory.forEach((name, tensor) -> tensors.put("memory." + name, tensor));
    StringBuilder lines = new StringBuilder();
    for (Epoch epoch : curve) {
      lines.append(epoch.number()).append(' ').append(epoch.trainLoss());
      lines.append(' ').append(epoch.heldOutLoss()).append(' ').append(epoch.agreement());
      lines.append(' ').append(epoch.accuracy()).append('\n');
    }
    SafetensorsWriter.write(
        file, Map.of(RUN, run, CURVE, lines.toString(), STEPS, Long.toString(steps)), tensors);
  }

  /**
   * What an earlier run left, or null when there is no file.
   *
   * @throws MalformedModelException if the file is another training's, or none
   */
  static @Nullable Snapshot read(Path file, String run) {
    if (!Files.exists(file)) return null;
    Safetensors stored = Safetensors.read(file);
    String found = stored.metadata().get(RUN);
    if (found == null) throw new MalformedModelException(file, "it is no checkpoint of training");
    if (!found.equals(run))
      throw new MalformedModelException(
          file,
          "it is of another training: model, data and options have to be the same to go on; remove"
              + " it to start anew");
    try {
      return new Snapshot(
          part(stored, "current."),
          part(stored, "best."),
          part(stored, "memory."),
          curve(stored.metadata().getOrDefault(CURVE, "")),
          Long.parseLong(stored.metadata().getOrDefault(STEPS, "")));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new MalformedModelException(file, "its curve is damaged");
    }
  }

  /**
   * @param parameters of the training that is to go on
   * @param memory of its optimizer
   * @param stepsOfEpoch that it takes
   * @throws MalformedModelException if this is not of such a training
   */
  void requireLike(
      Path file, Map<String, Tensor> parameters, Map<String, Tensor> memory, long stepsOfEpoch) {
    requireLike(file, "current", current, parameters);
    requireLike(file, "best", best, parameters);
    requireLike(file, "memory", this.memory, memory);
    for (int i = 0; i < curve.size(); i++)
      if (curve.get(i).number() != i)
        throw new MalformedModelException(
            file, "point %d of its curve is of epoch %d".formatted(i, curve.get(i).number()));
    if (curve.isEmpty() || steps != (curve.size() - 1) * stepsOfEpoch)
      throw new MalformedModelException(
          file,
          "%d steps in %d epochs, expected %d in each"
              .formatted(steps, curve.size() - 1, stepsOfEpoch));
  }

  private static void requireLike(
      Path file, String part, Map<String, Tensor> found, Map<String, Tensor> expected) {
    if (!found.keySet().equals(expected.keySet()))
      throw new MalformedModelException(
          file, "%s: %s, expected %s".formatted(part, found.keySet(), expected.keySet()));
    found.forEach(
        (name, tensor) -> {
          long[] shape = Objects.requireNonNull(expected.get(name), name).shape();
          if (!Arrays.equals(tensor.shape(), shape))
            throw new MalformedModelException(
                file,
                "%s.%s has the shape %s, expected %s"
                    .formatted(
                        part, name, Arrays.toString(tensor.shape()), Arrays.toString(shape)));
        });
  }

  /** On the heap: the file is written over while these are in use. */
  private static Map<String, Tensor> part(Safetensors stored, String prefix) {
    Map<String, Tensor> part = new LinkedHashMap<>();
    stored
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith(prefix))
                part.put(
                    name.substring(prefix.length()),
                    Tensor.ofFloats(tensor.toFloats(), tensor.shape()));
            });
    return part;
  }

  private static List<Epoch> curve(String text) {
    List<Epoch> curve = new ArrayList<>();
    for (String line : text.lines().toList()) {
      String[] fields = line.split(" ", -1);
      curve.add(
          new Epoch(
              Integer.parseInt(fields[0]),
              Double.parseDouble(fields[1]),
              Double.parseDouble(fields[2]),
              Double.parseDouble(fields[3]),
              Double.parseDouble(fields[4])));
    }
    return curve;
  }
}
