package dev.halftone.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TapGroupsTest {
  @Test
  void groupsKeepTheOrderAndTheLimit() {
    Map<String, Long> sizes = new LinkedHashMap<>();
    sizes.put("a", 4L);
    sizes.put("b", 6L);
    sizes.put("c", 1L);
    sizes.put("huge", 100L);
    sizes.put("d", 10L);
    assertThat(TapGroups.of(sizes, 10))
        .isEqualTo(List.of(List.of("a", "b"), List.of("c"), List.of("huge"), List.of("d")));
    assertThat(TapGroups.of(sizes, 1000)).hasSize(1);
  }
}
