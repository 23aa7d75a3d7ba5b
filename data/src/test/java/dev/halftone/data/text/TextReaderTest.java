package dev.halftone.data.text;

import static dev.halftone.data.TestData.classes;
import static dev.halftone.data.TestData.input;
import static dev.halftone.data.TestData.request;
import static dev.halftone.data.TestData.tensor;
import static dev.halftone.data.TestData.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.data.DataSet;
import dev.halftone.data.DataSets;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextReaderTest {
  private static final String TOKENIZER =
      """
      {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": {"type": "Lowercase"},
       "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null,
       "model": {"type": "WordLevel", "vocab": {"[PAD]": 0, "[UNK]": 1, "a": 2, "good": 3, "bad": 4, "film": 5}, "unk_token": "[UNK]"}}
      """;

  private static final ValueInfo IDS = input("input_ids", DType.INT64, "N", 4);
  private static final ValueInfo MASK = input("attention_mask", DType.INT64, "N", 4);

  @TempDir Path folder;

  @Test
  void textsAreCutAndPaddedToTheModelsLength() {
    write(folder.resolve("tokenizer.json"), TOKENIZER);
    Path texts = write(folder.resolve("t.tsv"), "1\tA good film\n0\ta bad bad \"bad\" film\n");
    DataSet data = DataSets.open(request(texts, null, null, IDS, MASK));
    assertThat(classes(data)).containsExactly(1, 0);
    assertThat(tensor(data, 0, "input_ids").toLongs()).containsExactly(2, 3, 5, 0);
    assertThat(tensor(data, 0, "attention_mask").toLongs()).containsExactly(1, 1, 1, 0);
    assertThat(tensor(data, 1, "input_ids").toLongs()).containsExactly(2, 4, 4, 1);
  }

  @Test
  void linesOfTextKeepTheirLengthWhereTheModelTakesAny() {
    write(folder.resolve("tokenizer.json"), TOKENIZER);
    Path texts = write(folder.resolve("t.txt"), "good film\n\na bad film\n");
    DataSet data = DataSets.open(request(texts, null, null, input("ids", DType.INT64, "N", "T")));
    assertThat(tensor(data, 0, "ids").shape()).containsExactly(1, 2);
    assertThat(tensor(data, 1, "ids").shape()).containsExactly(1, 3);
  }

  @Test
  void brokenTokenizer() {
    write(folder.resolve("tokenizer.json"), "{\"model\": 7}");
    Path texts = write(folder.resolve("t.txt"), "good film\n");
    assertThatThrownBy(() -> DataSets.open(request(texts, null, null, IDS)))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("not a tokenizer");
  }
}
