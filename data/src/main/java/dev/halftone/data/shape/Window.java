package dev.halftone.data.shape;

import dev.halftone.data.source.Column;
import dev.halftone.data.source.Groups;
import dev.halftone.data.source.Preview;
import dev.halftone.data.source.Strided;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Cuts each sample into windows along one axis: window {@code k} holds elements {@code [k * step -
 * padLeft, k * step - padLeft + length)}, zeros where that lies before the start; only whole
 * windows are cut.
 *
 * @param axis of the sample, not counting the axis of samples
 */
public record Window(int length, int step, int padLeft, int axis) {
  /** The windows of all samples one after the other, each sample a group. */
  public Column of(Column clips, Object origin) {
    long[] counts = new long[clips.size()];
    for (int clip = 0; clip < counts.length; clip++) counts[clip] = count(clips.extent(clip, axis));
    Groups groups = Groups.ofSizes(origin, counts);
    if (groups.rows() == 0) {
      throw new MalformedDataException(
          origin, "no sample is as long as a window of %d along its axis".formatted(length));
    }
    return new Windows(clips, groups);
  }

  private long count(long extent) {
    long room = padLeft + extent - length;
    return room < 0 ? 0 : room / step + 1;
  }

  private final class Windows implements Column {
    private final Column clips;
    private final Groups groups;

    Windows(Column clips, Groups groups) {
      this.clips = clips;
      this.groups = groups;
    }

    @Override
    public int size() {
      return groups.rows();
    }

    @Override
    public Tensor get(int row) {
      Objects.checkIndex(row, size());
      int clip = groups.of(row);
      long from = (long) (row - groups.first(clip)) * step - padLeft;
      Tensor part = clips.slice(clip, axis, Math.max(0, from), Math.max(0, from + length));
      return from >= 0 ? part : padded(part);
    }

    private Tensor padded(Tensor part) {
      long[] whole = part.shape();
      whole[axis] = length;
      int width = part.dtype().bits() / 8;
      // Each run along the axis and all axes behind it keeps its place at the end of a longer run.
      long outer = Tensor.elements(Arrays.copyOf(whole, axis));
      int run = Math.toIntExact(Tensor.elements(whole) / outer * width);
      int given = Math.toIntExact(part.byteSize() / outer);
      byte[] out = new byte[Math.toIntExact(outer * run)];
      byte[] in = part.data().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
      for (int i = 0; i < outer; i++) {
        System.arraycopy(in, i * given, out, (i + 1) * run - given, given);
      }
      return Strided.of(part.dtype(), whole, out);
    }

    @Override
    public Groups groups() {
      return groups;
    }

    /** A part of a sound is one, too: of its first channel. */
    @Override
    public @Nullable Preview preview(int row) {
      Objects.checkIndex(row, size());
      boolean sound = clips.preview(groups.of(row)) instanceof Preview.Wave;
      return sound ? Preview.Wave.of(get(row).toFloats(0, length)) : null;
    }
  }
}
