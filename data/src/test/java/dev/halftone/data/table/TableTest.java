package dev.halftone.data.table;

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
import dev.halftone.tensor.DType;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableTest {
  @TempDir Path folder;

  private Table csv(String text) {
    return Table.read(write(folder.resolve("t.csv"), text));
  }

  @Test
  void quotedFieldsAndBothLineEnds() {
    Table table = csv("file,name\r\n\"a,b.jpg\",\"he said \"\"no\"\"\nand left\"\r\n\nc.jpg,x");
    assertThat(table.header()).containsExactly("file", "name");
    assertThat(table.rows())
        .containsExactly(List.of("a,b.jpg", "he said \"no\"\nand left"), List.of("c.jpg", "x"));
    assertThat(table.lines()).containsExactly(2, 5);
  }

  @Test
  void inTsvQuotesAreLetters() {
    Table table = Table.read(write(folder.resolve("t.tsv"), "1\tan \"odd\" film\n0\t\"\n"));
    assertThat(table.header()).isNull();
    assertThat(table.rows()).containsExactly(List.of("1", "an \"odd\" film"), List.of("0", "\""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | no rows",
        "'a,b\n1\n' | line 2: 1 fields, expected 2",
        "'a\n\"b' | line 2: a quoted field is not closed",
        "'\"a\"b,c' | line 1: text behind a closing quote"
      })
  void brokenTables(String text, String message) {
    assertThatThrownBy(() -> csv(text))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("t.csv")
        .hasMessageContaining(message);
  }

  @Test
  void textThatIsNotUtf8() {
    Path file = write(folder.resolve("t.csv"), new byte[] {'a', (byte) 0xFF});
    assertThatThrownBy(() -> Table.read(file)).hasMessageContaining("not UTF-8");
  }

  @Test
  void numbersAsSamplesWithTheirLabels() {
    Path file = write(folder.resolve("n.csv"), "label,width,height\n1,2.5,3\n0,4,-5e1\n");
    DataSet data = DataSets.open(request(file, null, null, input("x", DType.FLOAT32, "N", 2)));
    assertThat(classes(data)).containsExactly(1, 0);
    assertThat(tensor(data, 1, "x").toFloats()).containsExactly(4, -50);
  }

  @Test
  void columnsGoToTheInputsOfTheirNames() {
    Path file = write(folder.resolve("n.csv"), "width,height\n2.5,3\n");
    DataSet data =
        DataSets.open(
            request(
                file,
                null,
                null,
                input("height", DType.INT64, "N", 1),
                input("width", DType.FLOAT32, "N", 1)));
    assertThat(tensor(data, 0, "height").toLongs()).containsExactly(3);
    assertThat(tensor(data, 0, "width").toFloats()).containsExactly(2.5f);
  }

  @Test
  void whatIsNoNumberIsNamed() {
    Path file = write(folder.resolve("n.csv"), "a,b\n1,2\n3,four\n");
    assertThatThrownBy(
            () -> DataSets.open(request(file, null, null, input("x", DType.FLOAT32, "N", 2))))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("line 3: \"four\", expected a number");
  }
}
