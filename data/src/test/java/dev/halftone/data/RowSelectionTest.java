package dev.halftone.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.MalformedDataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowSelectionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0:3 | 0 1 2",
        ":3 | 0 1 2",
        "7: | 7 8 9",
        ": | 0 1 2 3 4 5 6 7 8 9",
        "-2: | 8 9",
        ":-8 | 0 1",
        "0:10:4 | 0 4 8",
        "1::3 | 1 4 7",
        "::5 | 0 5",
        "8:100 | 8 9",
        "4 | 4",
        "-1 | 9",
        "7:,0:2 | 7 8 9 0 1",
        "3, 1 | 3 1",
        "0:9:85 | 0"
      })
  void slicesAsInPython(String text, String expected) {
    int[] rows = RowSelection.parse(text).of(10);
    assertThat(rows)
        .containsExactly(
            java.util.Arrays.stream(expected.split(" ")).mapToInt(Integer::parseInt).toArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "1:2:0", "1:2:-1", "1:2:3:4", "1,,2", "1-2", "99999999999:"})
  void whatIsNoSlice(String text) {
    assertThatThrownBy(() -> RowSelection.parse(text))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("expected slices");
  }

  @Test
  void nothingTakenIsAnError() {
    assertThatThrownBy(() -> RowSelection.parse("10:20").of(10))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("10:20 takes nothing of 10 rows");
  }

  @Test
  void spreadTakesTheFloorOfEvenSteps() {
    int[] rows = new RowSelection.Spread(500).of(3136);
    assertThat(rows).hasSize(500).startsWith(0, 6, 12, 18, 25).endsWith(3129);
  }
}
