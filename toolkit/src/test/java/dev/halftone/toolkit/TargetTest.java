package dev.halftone.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.tensor.DType;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetTest {
  @ParameterizedTest
  @CsvSource({
    "x86-64, avx512_vnni, x86-vnni",
    "x86-64, avx_vnni, x86-vnni",
    "x86-64, amx_int8, x86-amx",
    "x86-64, avx2, x86-avx2",
    "arm64, asimd, arm64",
    "riscv64, v, x86-avx2"
  })
  void followsTheProcessor(String architecture, String feature, String target) {
    assertThat(Target.of(new Cpu(architecture, "", Set.of(feature))).name()).isEqualTo(target);
  }

  @Test
  void weightsAreReducedOnlyWhereProductsSaturate() {
    assertThat(Target.all().stream().filter(Target::reduceRange).map(Target::name))
        .containsExactly("x86-avx2");
  }

  @Test
  void tensorRtIsSymmetric() {
    assertThat(Target.named("tensorrt").activations()).isEqualTo(DType.INT8);
    assertThat(Target.named("tensorrt").symmetricActivations()).isTrue();
  }

  @Test
  void anUnknownNameListsTheKnown() {
    assertThatThrownBy(() -> Target.named("abacus"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "no target 'abacus'; there are auto, x86-vnni, x86-amx, x86-avx2, arm64, tensorrt");
  }
}
