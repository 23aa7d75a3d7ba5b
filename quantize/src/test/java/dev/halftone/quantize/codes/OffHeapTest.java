package dev.halftone.quantize.codes;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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

  @Test
  void piecesOfSeveralThreadsDoNotOverlap() throws Exception {
    OffHeap memory = new OffHeap(20_000);
    Map<Integer, MemorySegment> pieces = new ConcurrentHashMap<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> tasks = new ArrayList<>();
      for (int piece = 0; piece < 1000; piece++) {
        int own = piece;
        tasks.add(
            threads.submit(
                () -> {
                  MemorySegment bytes = memory.allocate(4 * (1 + own % 25));
                  for (long i = 0; i < bytes.byteSize(); i += 4)
                    bytes.set(ValueLayout.JAVA_INT_UNALIGNED, i, own);
                  pieces.put(own, bytes);
                }));
      }
      for (Future<?> task : tasks) task.get();
    }
    assertThat(pieces).hasSize(1000);
    assertThat(pieces.values()).anyMatch(MemorySegment::isMapped).anyMatch(p -> !p.isMapped());
    pieces.forEach(
        (own, bytes) -> {
          for (long i = 0; i < bytes.byteSize(); i += 4)
            assertThat(bytes.get(ValueLayout.JAVA_INT_UNALIGNED, i)).isEqualTo(own);
        });
  }
}
