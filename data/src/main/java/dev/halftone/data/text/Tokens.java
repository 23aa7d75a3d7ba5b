package dev.halftone.data.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.halftone.data.source.Column;
import dev.halftone.data.source.Preview;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** Texts tokenized when they are asked for. */
final class Tokens {
  private final HuggingFaceTokenizer tokenizer;
  private final List<String> texts;

  private Tokens(HuggingFaceTokenizer tokenizer, List<String> texts) {
    this.tokenizer = tokenizer;
    this.texts = texts;
  }

  /**
   * @param length that texts are cut and padded to, or 0
   */
  static Tokens of(Path file, List<String> texts, int length) {
    try {
      HuggingFaceTokenizer.Builder builder =
          HuggingFaceTokenizer.builder().optTokenizerPath(file).optTruncation(length > 0);
      builder =
          length > 0 ? builder.optPadToMaxLength().optMaxLength(length) : builder.optPadding(false);
      return new Tokens(builder.build(), texts);
    } catch (NoClassDefFoundError e) {
      throw new MalformedDataException(
          file, "text needs the library ai.djl.huggingface:tokenizers on the class path");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      // The native library answers every fault of the file with a plain runtime exception.
      throw new MalformedDataException(file, "not a tokenizer: " + e.getMessage());
    }
  }

  Column ids() {
    return new Part(Encoding::getIds);
  }

  Column mask() {
    return new Part(Encoding::getAttentionMask);
  }

  Column types() {
    return new Part(Encoding::getTypeIds);
  }

  private final class Part implements Column {
    private final Function<Encoding, long[]> part;

    Part(Function<Encoding, long[]> part) {
      this.part = part;
    }

    @Override
    public int size() {
      return texts.size();
    }

    @Override
    public Preview preview(int row) {
      return Preview.Words.of(texts.get(row));
    }

    @Override
    public Tensor get(int row) {
      long[] values = part.apply(tokenizer.encode(texts.get(row)));
      return Tensor.ofLongs(values, values.length);
    }
  }
}
