package dev.halftone.graph.opset;

import static java.util.Map.entry;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The standard operators of opset 7 to 25 (source: the ONNX operator changelog), and at which
 * versions one changed so that nodes must change too. All other versions only allow more types, add
 * attributes whose default is what was before, or put words right.
 */
final class Operators {
  static final long OLDEST = 7;
  static final long NEWEST = 25;

  private static final Set<String> KNOWN =
      Set.of(
          """
          Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool BatchNormalization Bernoulli
          BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Cast CastLike Ceil Celu CenterCropPad Clip Col2Im
          Compress Concat ConcatFromSequence Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumSum DFT DeformConv
          DepthToSpace DequantizeLinear Det Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor
          GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GridSample
          GroupNormalization HammingWindow HannWindow HardSigmoid HardSwish Hardmax Identity If ImageDecoder InstanceNormalization
          IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax Loop LpNormalization LpPool MatMul
          MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean MeanVarianceNormalization MelWeightMatrix Min Mish Mod Mul Multinomial
          Neg NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot Optional OptionalGetElement OptionalHasElement Or PRelu
          Pad Pow QLinearConv QLinearMatMul QuantizeLinear RMSNormalization RNN RandomNormal RandomNormalLike RandomUniform
          RandomUniformLike Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd
          ReduceSum ReduceSumSquare RegexFullMatch Relu Reshape Resize ReverseSequence RoiAlign RotaryEmbedding Round STFT Scan
          Scatter ScatterElements ScatterND Selu SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert
          SequenceLength SequenceMap Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax SoftmaxCrossEntropyLoss Softplus Softsign
          SpaceToDepth Split SplitToSequence Sqrt Squeeze StringConcat StringNormalizer StringSplit Sub Sum Swish Tan Tanh
          TensorScatter TfIdfVectorizer ThresholdedRelu Tile TopK Transpose Trilu Unique Unsqueeze Upsample Where Xor
          """
              .strip()
              .split("\\s+"));

  private static final Adapter AXES = AttributesToInputs.integers("axes", 1);

  private static final Map<String, Map<Long, Adapter>> CHANGES =
      Map.ofEntries(
          entry(
              "BatchNormalization",
              Map.of(9L, Operators::batchNormalization9, 14L, Operators::batchNormalization14)),
          entry("Clip", Map.of(11L, AttributesToInputs::clip)),
          entry("DFT", Map.of(20L, AttributesToInputs::dft)),
          entry("Dropout", Map.of(10L, Operators::dropout10, 12L, Operators::dropout12)),
          entry("GridSample", Map.of(20L, Operators::gridSample20)),
          entry(
              "GroupNormalization",
              Map.of(
                  21L,
                  Adapter.refuse(
                      "scale and bias are per group before opset 21 and per channel since"))),
          entry("Hardmax", Map.of(13L, Softmaxes::adapt)),
          entry("LogSoftmax", Map.of(13L, Softmaxes::adapt)),
          entry(
              "MeanVarianceNormalization",
              Map.of(9L, Adapter.refuse("it was experimental before opset 9"))),
          entry("Pad", Map.of(11L, AttributesToInputs::pad)),
          entry("ReduceL1", Map.of(18L, AXES)),
          entry("ReduceL2", Map.of(18L, AXES)),
          entry("ReduceLogSum", Map.of(18L, AXES)),
          entry("ReduceLogSumExp", Map.of(18L, AXES)),
          entry("ReduceMax", Map.of(18L, AXES)),
          entry("ReduceMean", Map.of(18L, AXES)),
          entry("ReduceMin", Map.of(18L, AXES)),
          entry("ReduceProd", Map.of(18L, AXES)),
          entry("ReduceSum", Map.of(13L, AXES)),
          entry("ReduceSumSquare", Map.of(18L, AXES)),
          entry("Resize", Map.of(11L, Resizes::resize, 13L, Resizes::eitherScalesOrSizes)),
          entry("RoiAlign", Map.of(16L, Operators::roiAlign16)),
          entry("Scan", Map.of(9L, Adapter.refuse("it ran over a batch axis before opset 9"))),
          entry("Scatter", Map.of(11L, Operators::scatter11)),
          entry("Slice", Map.of(10L, AttributesToInputs::slice)),
          entry("Softmax", Map.of(13L, Softmaxes::adapt)),
          entry(
              "Split",
              Map.of(13L, AttributesToInputs.integers("split", 1), 18L, Operators::split18)),
          entry("Squeeze", Map.of(13L, AXES)),
          entry("TopK", Map.of(10L, AttributesToInputs::topK)),
          entry("Unsqueeze", Map.of(13L, AttributesToInputs.requiredIntegers("axes", 1))),
          entry("Upsample", Map.of(9L, Resizes::upsampleScales, 10L, Resizes::upsampleToResize)));

  private Operators() {}

  /**
   * The nodes that say in version {@code version} what a node of the standard domain said in the
   * version before.
   */
  static List<Node> raise(Node node, long version, Site site) {
    if (!KNOWN.contains(node.opType())) {
      throw new CannotRaiseException(
          node,
          "not an operator of the standard set between opset %d and %d".formatted(OLDEST, NEWEST));
    }
    Adapter adapter = CHANGES.getOrDefault(node.opType(), Map.of()).get(version);
    if (adapter == null) return List.of(node);
    for (var attribute : node.attributes().entrySet()) {
      // A function's own attribute: its value is another one at each call.
      if (attribute.getValue() instanceof Attribute.OfOpaque
          || attribute.getValue() instanceof Attribute.OfReference) {
        throw new CannotRaiseException(
            node, "attribute %s is not a plain value".formatted(attribute.getKey()));
      }
    }
    return adapter.adapt(node, site);
  }

  /** Statistics per element of a feature map are gone. */
  private static List<Node> batchNormalization9(Node node, Site site) {
    if (node.integer("spatial", 1) == 0)
      throw new CannotRaiseException(node, "spatial=0 is gone since opset 9");
    return List.of(Adapter.without(node, "spatial"));
  }

  /** Outputs of training are others; without them both versions only infer. */
  private static List<Node> batchNormalization14(Node node, Site site) {
    for (int i = 1; i < node.outputs().size(); i++) {
      if (site.isRead(node.output(i)))
        throw new CannotRaiseException(node, "its training outputs are used");
    }
    return List.of(node.withOutputs(node.outputs().stream().limit(1).toList()));
  }

  /** The mask became BOOL. */
  private static List<Node> dropout10(Node node, Site site) {
    if (site.isRead(node.output(1)))
      throw new CannotRaiseException(
          node, "its mask is used, which has another type since opset 10");
    return List.of(node);
  }

  /** The ratio became an input, which counts in training only. */
  private static List<Node> dropout12(Node node, Site site) {
    return List.of(Adapter.without(node, "ratio"));
  }

  private static List<Node> gridSample20(Node node, Site site) {
    String mode = node.text("mode", "bilinear");
    String renamed = mode.equals("bilinear") ? "linear" : mode.equals("bicubic") ? "cubic" : mode;
    return List.of(node.withAttribute("mode", new Attribute.OfString(renamed)));
  }

  private static List<Node> roiAlign16(Node node, Site site) {
    return List.of(
        node.withAttribute(
            "coordinate_transformation_mode", new Attribute.OfString("output_half_pixel")));
  }

  private static List<Node> scatter11(Node node, Site site) {
    return List.of(
        new Node(
            node.name(),
            "",
            "ScatterElements",
            node.inputs(),
            node.outputs(),
            node.attributes(),
            node.opaque()));
  }

  /** Equal parts must be counted. */
  private static List<Node> split18(Node node, Site site) {
    if (!node.input(1).isEmpty()) return List.of(node);
    return List.of(node.withAttribute("num_outputs", new Attribute.OfInt(node.outputs().size())));
  }
}
