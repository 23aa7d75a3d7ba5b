package dev.halftone.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.Model;
import dev.halftone.onnx.wire.AttributeProto;
import dev.halftone.onnx.wire.GraphProto;
import dev.halftone.onnx.wire.ModelProto;
import dev.halftone.onnx.wire.NodeProto;
import dev.halftone.tensor.MappedFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads ONNX files. */
public final class OnnxReader {
  private OnnxReader() {}

  /**
   * Reads the model; weights stay in the mapped file (and the external data files beside it) until
   * they are used. Elements in typed fields are turned to bytes on the heap.
   *
   * @throws MalformedModelException if the file is not a sound ONNX model, or is 2 GB or larger
   * @throws dev.halftone.graph.UnsupportedModelException if a tensor's data type is unknown
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static Model read(Path file) {
    return decode(file, map(file));
  }

  /**
   * Reads the model with the bodies of its graph's nodes empty, whatever is in them: for models
   * that ONNX Runtime has written, which may name an initializer of a body twice.
   *
   * @throws MalformedModelException as {@link #read}, but for what is within bodies
   * @throws dev.halftone.graph.UnsupportedModelException likewise
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static Model readWithoutBodies(Path file) {
    return decode(file, map(file), OnnxReader::withoutBodies);
  }

  private static ModelProto withoutBodies(ModelProto proto) {
    ModelProto.Builder model = proto.toBuilder();
    for (NodeProto.Builder node : model.getGraphBuilder().getNodeBuilderList())
      for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
        if (attribute.hasG()) attribute.setG(GraphProto.getDefaultInstance());
        for (int i = 0; i < attribute.getGraphsCount(); i++)
          attribute.setGraphs(i, GraphProto.getDefaultInstance());
      }
    return model.build();
  }

  /** The model in {@code bytes}, the content of {@code file}. */
  static Model decode(Path file, MemorySegment bytes) {
    return decode(file, bytes, UnaryOperator.identity());
  }

  private static Model decode(Path file, MemorySegment bytes, UnaryOperator<ModelProto> change) {
    ModelProto proto;
    try {
      proto = parse(file, Skeleton.ofModel(file, bytes), ModelProto.parser());
    } catch (MalformedModelException e) {
      String text = leadingText(bytes);
      throw text == null ? e : notOnnx(file, text);
    }
    if (!proto.hasGraph()) {
      String text = leadingText(bytes);
      throw text == null
          ? new MalformedModelException(file, "not an ONNX model: it has no graph")
          : notOnnx(file, text);
    }
    return new ModelDecoder(file, new GraphDecoder(file, new TensorDecoder(file, bytes)))
        .decode(change.apply(proto));
  }

  /** The file, which must be of a size that protobuf can have. */
  static MemorySegment map(Path file) {
    MemorySegment bytes = MappedFile.map(file);
    if (bytes.byteSize() == 0) throw new MalformedModelException(file, "the file is empty");
    if (bytes.byteSize() > Integer.MAX_VALUE) {
      throw new MalformedModelException(
          file,
          "%d bytes; an ONNX file has less than 2 GB and keeps larger weights in external data"
              .formatted(bytes.byteSize()));
    }
    return bytes;
  }

  static <T> T parse(Path file, byte[] skeleton, Parser<T> parser) {
    CodedInputStream input = CodedInputStream.newInstance(skeleton);
    // The skeleton has bounded the graphs; types and unknown fields nest below them.
    input.setRecursionLimit(Skeleton.DEPTH_LIMIT + 100);
    try {
      T message = parser.parsePartialFrom(input);
      input.checkLastTagWas(0);
      return message;
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedModelException(file, "not sound protobuf: " + e.getMessage());
    }
  }

  private static MalformedModelException notOnnx(Path file, String text) {
    return new MalformedModelException(
        file, "not an ONNX model: it starts with the text \"%s\"".formatted(text));
  }

  /**
   * The start of the file if it is text (a web page, a pointer to a file kept elsewhere), else
   * null.
   */
  private static @Nullable String leadingText(MemorySegment bytes) {
    byte[] head = bytes.asSlice(0, Math.min(40, bytes.byteSize())).toArray(ValueLayout.JAVA_BYTE);
    for (byte octet : head) {
      boolean whitespace = octet == '\t' || octet == '\n' || octet == '\r';
      if (octet >= 0 && octet < ' ' && !whitespace) return null;
    }
    return new String(head, StandardCharsets.UTF_8).strip().replaceAll("\\s+", " ");
  }
}
