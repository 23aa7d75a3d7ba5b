package dev.halftone.bench.generate;

import dev.halftone.graph.Attribute;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The parts of a text encoder as exporters write them: GELU spelled out with Erf,
 * LayerNormalization as one node.
 */
final class EncoderLayers {
  static final int WIDTH = 768;
  private static final int HEADS = 12;
  private static final int INNER = 3_072;
  private static final double DEVIATION =
      0.02; // of the weights, as BERT starts with (Devlin et al. 2019)

  private final ModelBuilder model;
  private final WeightFile weights;
  private final String maskBias;
  private final String headShape;
  private final String wholeShape;

  EncoderLayers(ModelBuilder model, WeightFile weights, String mask) {
    this.model = model;
    this.weights = weights;
    headShape =
        model.constant("head.shape", Tensor.ofLongs(new long[] {0, 0, HEADS, WIDTH / HEADS}, 4));
    wholeShape = model.constant("whole.shape", Tensor.ofLongs(new long[] {0, 0, WIDTH}, 3));
    maskBias = maskBias(mask);
  }

  /** 0 for tokens, −10,000 for padding: [N, 1, 1, sequence]. */
  private String maskBias(String mask) {
    String axes = model.constant("mask.axes", Tensor.ofLongs(new long[] {1, 2}, 2));
    String wide = model.node("Unsqueeze", "mask.unsqueeze", mask, axes);
    String real = model.node("Cast", "mask.cast", List.of(wide), Map.of("to", number(1)));
    String hidden = model.node("Sub", "mask.invert", model.constant("one", Tensor.scalar(1)), real);
    return model.node(
        "Mul", "mask.bias", hidden, model.constant("mask.low", Tensor.scalar(-10_000)));
  }

  /** Sum of the token's and the place's vector, normalized: [N, sequence, width]. */
  String embed(String ids, int vocabulary, int sequence) throws IOException {
    String table =
        model.constant("embeddings.word", weights.gaussian(DEVIATION, vocabulary, WIDTH));
    String places =
        model.constant("embeddings.position", weights.gaussian(DEVIATION, sequence, WIDTH));
    String words = model.node("Gather", "embeddings.gather", table, ids);
    return normalize(model.node("Add", "embeddings.add", words, places), "embeddings.norm");
  }

  /** Attention and feed-forward, each added to its input and normalized. */
  String layer(String input, String name) throws IOException {
    String attended = linear(attention(input, name), name + ".attention.output", WIDTH, WIDTH);
    String middle =
        normalize(
            model.node("Add", name + ".attention.add", attended, input), name + ".attention.norm");
    String inner = gelu(linear(middle, name + ".inner", WIDTH, INNER), name + ".gelu");
    String outer = linear(inner, name + ".outer", INNER, WIDTH);
    return normalize(model.node("Add", name + ".add", outer, middle), name + ".norm");
  }

  private String attention(String input, String name) throws IOException {
    String query = heads(input, name + ".query", 0, 2, 1, 3);
    String key = heads(input, name + ".key", 0, 2, 3, 1);
    String value = heads(input, name + ".value", 0, 2, 1, 3);
    String scores = model.node("MatMul", name + ".scores", query, key);
    String root =
        model.constant(name + ".root", Tensor.scalar((float) Math.sqrt(WIDTH / (double) HEADS)));
    String masked =
        model.node(
            "Add", name + ".mask", model.node("Div", name + ".scale", scores, root), maskBias);
    String shares =
        model.node("Softmax", name + ".softmax", List.of(masked), Map.of("axis", number(-1)));
    String mixed = model.node("MatMul", name + ".mix", shares, value);
    String back =
        model.node(
            "Transpose",
            name + ".back",
            List.of(mixed),
            Map.of("perm", ModelBuilder.ints(0, 2, 1, 3)));
    return model.node("Reshape", name + ".join", back, wholeShape);
  }

  private String heads(String input, String name, long... permutation) throws IOException {
    String split =
        model.node("Reshape", name + ".split", linear(input, name, WIDTH, WIDTH), headShape);
    return model.node(
        "Transpose",
        name + ".transpose",
        List.of(split),
        Map.of("perm", ModelBuilder.ints(permutation)));
  }

  /** {@code x · W + b} as MatMul and Add. */
  String linear(String input, String name, int in, int out) throws IOException {
    String matrix = model.constant(name + ".weight", weights.gaussian(DEVIATION, in, out));
    String bias = model.constant(name + ".bias", weights.gaussian(DEVIATION, out));
    return model.node("Add", name + ".bias_add", model.node("MatMul", name, input, matrix), bias);
  }

  /** {@code x / 2 · (1 + erf(x / √2))}. */
  private String gelu(String input, String name) {
    String root = model.constant(name + ".root", Tensor.scalar((float) Math.sqrt(2)));
    String erf = model.node("Erf", name + ".erf", model.node("Div", name + ".div", input, root));
    String sum =
        model.node("Add", name + ".add", erf, model.constant(name + ".one", Tensor.scalar(1)));
    String product = model.node("Mul", name + ".mul", input, sum);
    return model.node("Mul", name, product, model.constant(name + ".half", Tensor.scalar(0.5f)));
  }

  private String normalize(String input, String name) {
    float[] ones = new float[WIDTH];
    Arrays.fill(ones, 1);
    String scale = model.constant(name + ".scale", Tensor.ofFloats(ones, WIDTH));
    String shift = model.constant(name + ".shift", Tensor.ofFloats(new float[WIDTH], WIDTH));
    return model.node(
        "LayerNormalization",
        name,
        List.of(input, scale, shift),
        Map.of("axis", number(-1), "epsilon", new Attribute.OfFloat(1e-12f)));
  }

  static Attribute number(long value) {
    return new Attribute.OfInt(value);
  }
}
