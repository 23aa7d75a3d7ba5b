package dev.halftone.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CpuTest {
  @Test
  void readsTheFirstProcessorOfCpuinfo() {
    Cpu cpu =
        Cpu.parse(
            "amd64",
            """
            processor\t: 0
            model name\t: Some Processor 9000
            flags\t\t: fpu sse2 avx2 avx512f avx512_vnni

            processor\t: 1
            model name\t: Another
            flags\t\t: fpu
            """);
    assertThat(cpu.architecture()).isEqualTo("x86-64");
    assertThat(cpu.model()).isEqualTo("Some Processor 9000");
    assertThat(cpu.hasVnni()).isTrue();
    assertThat(cpu.notableFeatures()).containsExactly("avx2", "avx512_vnni", "avx512f");
  }

  @Test
  void readsArmFeatures() {
    Cpu cpu = Cpu.parse("aarch64", "processor : 0\nFeatures : fp asimd asimddp i8mm\n");
    assertThat(cpu.isArm64()).isTrue();
    assertThat(cpu.notableFeatures()).containsExactly("asimd", "asimddp", "i8mm");
  }

  @Test
  void knowsNothingWhereThereIsNoCpuinfo() {
    Cpu cpu = Cpu.parse("riscv64", "");
    assertThat(cpu.architecture()).isEqualTo("riscv64");
    assertThat(cpu.model()).isEmpty();
    assertThat(cpu.features()).isEmpty();
  }
}
