package dev.halftone.llm.stream;

import dev.halftone.checkpoint.gguf.Layout;
import dev.halftone.checkpoint.gguf.TensorInfo;
import java.util.ArrayList;
import java.util.List;

/** All work on a result, cut into pieces that depend on nothing but the tensors. */
final class Units {
  /** Values of a unit, or one row if that has more. */
  static final int VALUES = 1 << 18;

  /** Bytes of a unit that is copied. */
  static final int COPIED = 1 << 20;

  private final List<Share> shares = new ArrayList<>();
  private final long count;

  /** The units of one tensor: from {@code start} on, {@code size} rows or blocks each. */
  private record Share(
      int file, int tensor, TensorJob job, long position, long start, long total, int size) {
    private long end() {
      return start + Math.ceilDiv(total, (long) size);
    }

    private Unit unit(long index) {
      long first = (index - start) * size;
      int count = (int) Math.min(size, total - first);
      int bytes = bytes(job.info(), count);
      long at = position + first * bytes(job.info(), 1);
      int read = bytes(job.source().info(), count);
      return new Unit(index, file, tensor, first, count, at, bytes, read);
    }

    private int bytes(TensorInfo info, int count) {
      int blocks = job.isCopy() ? 1 : info.columns() / info.type().blockValues();
      return Math.multiplyExact(Math.multiplyExact(count, blocks), info.type().blockBytes());
    }
  }

  Units(List<FileJob> files, List<Layout> layouts) {
    long next = 0;
    for (int file = 0; file < files.size(); file++) {
      List<TensorJob> tensors = files.get(file).tensors();
      for (int tensor = 0; tensor < tensors.size(); tensor++) {
        TensorJob job = tensors.get(tensor);
        TensorInfo info = job.info();
        boolean copied = job.isCopy();
        int width = info.type().blockBytes();
        long total = copied ? info.byteSize() / width : info.columns() == 0 ? 0 : info.rows();
        int size = copied ? COPIED / width : Math.max(1, VALUES / Math.max(1, info.columns()));
        Share share =
            new Share(file, tensor, job, layouts.get(file).position(tensor), next, total, size);
        shares.add(share);
        next = share.end();
      }
    }
    count = next;
  }

  long count() {
    return count;
  }

  /** How many units tensor {@code number}, counted through all files, has. */
  int of(int number) {
    Share share = shares.get(number);
    return Math.toIntExact(share.end() - share.start());
  }

  /** Number of the tensor, counted through all files, that unit {@code index} is of. */
  int tensor(long index) {
    int low = 0;
    int high = shares.size() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (shares.get(middle).end() > index) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  Unit unit(long index) {
    return shares.get(tensor(index)).unit(index);
  }

  /** Which unit of its tensor a unit is. */
  int place(Unit unit) {
    return Math.toIntExact(unit.index() - shares.get(tensor(unit.index())).start());
  }
}
