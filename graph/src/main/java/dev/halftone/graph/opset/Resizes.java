package dev.halftone.graph.opset;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Upsample and Resize. Until version 10 coordinates were {@code x / scale} ("asymmetric") and the
 * nearest element was that at the floor when enlarging and at the ceiling when shrinking; from 11
 * on attributes say so, and their defaults mean something else.
 */
final class Resizes {
  private Resizes() {}

  /** Upsample-9: scales became an input. */
  static List<Node> upsampleScales(Node node, Site site) {
    if (!(node.attribute("scales") instanceof Attribute.OfFloats(List<Float> scales))) {
      throw new CannotRaiseException(node, "it has no scales");
    }
    float[] values = new float[scales.size()];
    for (int i = 0; i < values.length; i++) values[i] = scales.get(i);
    Tensor tensor = Tensor.ofFloats(values, values.length);
    return List.of(
        Adapter.withInput(
            Adapter.without(node, "scales"), 1, site.constant(node, "scales", tensor)));
  }

  /**
   * Version 10 has no Upsample. It only ever enlarged, so a Resize of version 11 is known to mean
   * the same.
   */
  static List<Node> upsampleToResize(Node node, Site site) {
    if (site.target() < 11)
      throw new CannotRaiseException(
          node, "opset 10 has no Upsample, and its Resize is another operator");
    return List.of(explicit(node, "floor", site));
  }

  /** Resize-11. */
  static List<Node> resize(Node node, Site site) {
    // Already made of an Upsample.
    if (node.attribute("coordinate_transformation_mode") != null) return List.of(node);
    return List.of(explicit(node, nearestMode(node, site), site));
  }

  private static String nearestMode(Node node, Site site) {
    if (!node.text("mode", "nearest").equals("nearest")) return "floor";
    Tensor scales = site.facts().constant(node.input(1));
    if (scales == null || !scales.dtype().isFloat())
      throw new CannotRaiseException(node, "its scales are not constant numbers");
    boolean shrinks = false;
    boolean enlarges = false;
    for (float scale : scales.toFloats()) {
      shrinks |= scale < 1;
      enlarges |= scale > 1;
    }
    if (shrinks && enlarges)
      throw new CannotRaiseException(node, "it shrinks along one axis and enlarges along another");
    return shrinks ? "ceil" : "floor";
  }

  private static Node explicit(Node node, String nearestMode, Site site) {
    // "bilinear" is what version 1 called it, and some exporters after it.
    String mode = node.text("mode", "nearest").equals("nearest") ? "nearest" : "linear";
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    attributes.put("mode", new Attribute.OfString(mode));
    attributes.put("coordinate_transformation_mode", new Attribute.OfString("asymmetric"));
    if (mode.equals("nearest")) attributes.put("nearest_mode", new Attribute.OfString(nearestMode));
    // The region of interest counts in another mode only, but version 11 wants the input.
    String region = site.constant(node, "roi", Tensor.ofFloats(new float[0], 0));
    List<String> inputs = List.of(node.input(0), region, node.input(1));
    return new Node(node.name(), "", "Resize", inputs, node.outputs(), attributes, node.opaque());
  }

  /**
   * Resize-13 dropped one of the coordinate modes, and takes either scales or sizes. Version 11
   * wanted both, the unused one empty; a file with both of them filled was never valid, so scales
   * beside sizes are empty even where they are not constant.
   */
  static List<Node> eitherScalesOrSizes(Node node, Site site) {
    if (node.text("coordinate_transformation_mode", "").equals("tf_half_pixel_for_nn")) {
      throw new CannotRaiseException(node, "tf_half_pixel_for_nn is gone since opset 13");
    }
    if (node.input(3).isEmpty()) return List.of(node);
    Tensor sizes = site.facts().constant(node.input(3));
    boolean bySizes = sizes == null || sizes.count() > 0;
    return List.of(
        bySizes ? Adapter.withInput(node, 2, "") : node.withInputs(node.inputs().subList(0, 3)));
  }
}
