package dev.halftone.llm.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.halftone.checkpoint.gguf.TensorType.Blocks;
import dev.halftone.checkpoint.gguf.TensorType.Plain;
import dev.halftone.number.gguf.BlockType;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class MixtureTest {
  @ParameterizedTest
  @EnumSource
  void namesAreFoundInAnyCase(Mixture mixture) {
    assertThat(Mixture.ofName(mixture.name())).contains(mixture);
    assertThat(Mixture.ofName(mixture.name().toLowerCase(Locale.ROOT))).contains(mixture);
  }

  @Test
  void shortNamesMeanTheMiddleOne() {
    assertThat(Mixture.ofName("q4_k")).contains(Mixture.Q4_K_M);
    assertThat(Mixture.ofName("Q3_K")).contains(Mixture.Q3_K_M);
    assertThat(Mixture.ofName("Q2_K")).contains(Mixture.Q2_K);
    assertThat(Mixture.ofName("Q4_K_XL")).isEmpty();
  }

  @Test
  void numbersOfFilesDiffer() {
    Set<Mixture> written = EnumSet.complementOf(EnumSet.of(Mixture.COPY));
    assertThat(written.stream().map(Mixture::fileType).collect(Collectors.toSet()))
        .hasSameSizeAs(written);
  }

  @Test
  void everyTypeOfBlocksIsTheBaseOfAMixture() {
    assertThat(Arrays.stream(Mixture.values()).map(Mixture::base))
        .containsAll(Arrays.stream(BlockType.values()).map(Blocks::new).toList());
  }

  @Test
  void rulesAreParsed() {
    TypeRule rule = TypeRule.parse("blk\\.[0-3]\\..*=IQ4_nl");

    assertThat(rule.type()).isEqualTo(new Blocks(BlockType.IQ4_NL));
    assertThat(rule.isFor("blk.2.attn_q.weight")).isTrue();
    assertThat(rule.isFor("blk.4.attn_q.weight")).isFalse();
    assertThat(TypeRule.parse("x=f32").type()).isEqualTo(Plain.F32);
  }

  @Test
  void whatIsNoRuleIsRefused() {
    for (String text :
        List.of("", "ffn", "=q4_0", "ffn=", "ffn=q9_9", "ffn=i32", "(=q4_0", "a=b=c"))
      assertThatIllegalArgumentException().as(text).isThrownBy(() -> TypeRule.parse(text));
  }
}
