package dev.halftone.data.audio;

import dev.halftone.data.source.Column;
import dev.halftone.data.source.Preview;
import dev.halftone.tensor.Tensor;
import java.util.List;

/**
 * Clips read from their files when asked for: FLOAT32 [frames], or [channels, frames] when there
 * are several.
 */
final class WavColumn implements Column {
  private final List<WavFile> clips;

  WavColumn(List<WavFile> clips) {
    this.clips = List.copyOf(clips);
  }

  @Override
  public int size() {
    return clips.size();
  }

  @Override
  public Tensor get(int row) {
    return read(clips.get(row), 0, clips.get(row).frames());
  }

  /** Of the first channel. */
  @Override
  public Preview preview(int row) {
    Tensor clip = get(row);
    int frames = (int) clip.dimension(-1);
    return Preview.Wave.of(clip.toFloats(0, frames));
  }

  @Override
  public long extent(int row, int axis) {
    WavFile clip = clips.get(row);
    return isTime(clip, axis) ? clip.frames() : Column.super.extent(row, axis);
  }

  @Override
  public Tensor slice(int row, int axis, long from, long to) {
    WavFile clip = clips.get(row);
    return isTime(clip, axis) ? read(clip, from, to) : Column.super.slice(row, axis, from, to);
  }

  private static boolean isTime(WavFile clip, int axis) {
    return axis == (clip.channels() == 1 ? 0 : 1);
  }

  private static Tensor read(WavFile clip, long from, long to) {
    float[] values = clip.read(from, to);
    return clip.channels() == 1
        ? Tensor.ofFloats(values, to - from)
        : Tensor.ofFloats(values, clip.channels(), to - from);
  }
}
