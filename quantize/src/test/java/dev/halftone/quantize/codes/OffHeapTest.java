package dev.halftone.quantize.codes;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class OffHeapTest {
  @Test
  void piecesBeyondTheLimitComeFromAFileAndDoNotOverlap() {
    OffHeap memory = new OffHeap(100);
    MemorySegment first = memory.allocate(100);
    MemorySegment second = memory.allocate(33);
    MemorySegment third = memory.allocate(33);
    assertThat(first.isMapped()).isFalse();
    assertThat(second.isMapped()).isTrue();
    second.fill((byte) 1);
    third.fill((byte) 2);
    assertThat(first.get(ValueLayout.JAVA_BYTE, 99)).isZero();
    assertThat(second.get(ValueLayout.JAVA_BYTE, 32)).isEqualTo((byte) 1);
    assertThat(memory.allocate(0).byteSize()).isZero();
  }
}
