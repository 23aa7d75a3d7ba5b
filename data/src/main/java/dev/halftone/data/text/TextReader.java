package dev.halftone.data.text;

import dev.halftone.data.file.DataFiles;
import dev.halftone.data.source.Column;
import dev.halftone.data.source.SampleReader;
import dev.halftone.data.source.Source;
import dev.halftone.data.source.SourceRequest;
import dev.halftone.data.table.Table;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Texts, one for each line of a {@code .txt} file or each row of a table, as ids of a Hugging Face
 * {@code tokenizer.json}. Gives {@code input_ids}, {@code attention_mask} and {@code
 * token_type_ids}, INT64 vectors.
 *
 * <p>Options: {@code tokenizer} (a file beside the description; otherwise the one beside the
 * texts), {@code column} of a table (otherwise {@code text}, otherwise the last), {@code length}
 * that texts are cut and padded to (otherwise the model's, otherwise each text has its own).
 */
public final class TextReader implements SampleReader {
  private static final String TOKENIZER = "tokenizer.json";
  private static final int LONGEST = 1 << 20;

  @Override
  public String kind() {
    return "text";
  }

  @Override
  public boolean recognises(Path path) {
    boolean named = Table.named(path) || DataFiles.hasExtension(path, "txt");
    return named && Files.exists(besideTokenizer(path));
  }

  private static Path besideTokenizer(Path texts) {
    return texts.toAbsolutePath().resolveSibling(TOKENIZER);
  }

  @Override
  public Source open(SourceRequest request) {
    Path file = request.path();
    String named = request.options().textOrNull("tokenizer");
    Path tokenizer = named == null ? besideTokenizer(file) : request.options().resolveBeside(named);
    DataFiles.requireThere(tokenizer);
    Texts texts = Texts.read(file, request.options().textOrNull("column"));
    int length =
        request.options().has("length")
            ? request.options().integer("length", 1, LONGEST)
            : fixedLength(request.inputs());
    Tokens tokens = Tokens.of(tokenizer, texts.texts(), length);
    Map<String, Column> columns =
        Map.of(
            Source.UNNAMED,
            tokens.ids(),
            "input_ids",
            tokens.ids(),
            "attention_mask",
            tokens.mask(),
            "token_type_ids",
            tokens.types());
    return new Source(columns, texts.classes(), List.of(file, tokenizer), false, List.of());
  }

  /** The last axis of the first input whose last axis is fixed, or 0. */
  private static int fixedLength(List<ValueInfo> inputs) {
    for (ValueInfo input : inputs) {
      TensorType type = input.type();
      List<Dimension> shape = type == null ? null : type.shape();
      if (shape == null || shape.isEmpty()) continue;
      if (shape.getLast() instanceof Dimension.Fixed(long size) && size > 0) {
        return (int) Math.min(size, LONGEST);
      }
    }
    return 0;
  }
}
