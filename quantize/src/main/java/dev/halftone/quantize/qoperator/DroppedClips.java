package dev.halftone.quantize.qoperator;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Clips that saturation stands for in a quantized graph, recorded in the model's metadata: its
 * scales tell what calibration saw, not where the float model cuts. A record's key is {@code
 * halftone.clip.} with the name of the quantized value, its value the two bounds.
 */
public final class DroppedClips {
  private static final String KEY = "halftone.clip.";

  private DroppedClips() {}

  /** The bounds of a Clip; infinite where it has none. */
  public record Bounds(float min, float max) {}

  /**
   * The metadata of a quantized model with a record for each quantized value that a Clip of the
   * float graph comes before, whether the Clip is still there or not.
   *
   * @param qdq the graph with pairs of QuantizeLinear and DequantizeLinear
   */
  public static Map<String, String> record(Map<String, String> metadata, Graph floats, Graph qdq) {
    Map<String, Bounds> clips = new HashMap<>();
    GraphIndex index = new GraphIndex(floats);
    for (Node node : floats.nodes()) {
      Bounds bounds = node.is("Clip") ? bounds(node, index) : null;
      if (bounds != null) clips.put(node.output(0), bounds);
    }
    Map<String, String> all = new LinkedHashMap<>(metadata);
    if (clips.isEmpty()) return all;
    GraphIndex readers = new GraphIndex(qdq);
    for (Node node : qdq.nodes()) {
      if (!node.opType().equals("QuantizeLinear")) continue;
      Bounds bounds = clips.get(node.input(0));
      // The value before the pair of a graph output has another name.
      for (Node reader : readers.consumers(node.output(0)))
        if (bounds == null) bounds = clips.get(reader.output(0));
      if (bounds != null) all.put(KEY + node.output(0), bounds.min() + " " + bounds.max());
    }
    return all;
  }

  private static @Nullable Bounds bounds(Node clip, GraphIndex index) {
    double min = Rectifiers.lower(clip, index);
    double max = Rectifiers.upper(clip, index);
    return min <= max ? new Bounds((float) min, (float) max) : null;
  }

  /**
   * The records of a model by the name of the quantized value; those that make no sense left out.
   */
  public static Map<String, Bounds> recorded(Model model) {
    Map<String, Bounds> clips = new LinkedHashMap<>();
    model
        .metadata()
        .forEach(
            (key, value) -> {
              if (key.startsWith(KEY)) parse(key.substring(KEY.length()), value, clips);
            });
    return clips;
  }

  private static void parse(String codes, String value, Map<String, Bounds> clips) {
    String[] parts = value.split(" ", -1);
    if (parts.length != 2) return;
    try {
      Bounds bounds = new Bounds(Float.parseFloat(parts[0]), Float.parseFloat(parts[1]));
      if (bounds.min() <= bounds.max()) clips.put(codes, bounds);
    } catch (NumberFormatException e) {
      // Somebody else's property: the file is sound without it.
    }
  }

  /** The metadata without records. */
  public static Map<String, String> without(Map<String, String> metadata) {
    Map<String, String> rest = new LinkedHashMap<>(metadata);
    rest.keySet().removeIf(key -> key.startsWith(KEY));
    return rest;
  }
}
