package dev.halftone.quantize.codes;

/**
 * What the codes of some neighbouring channels of a weight stand for, before it is rounded: values
 * over their scales.
 *
 * @param scales of the whole weight
 */
record ChannelNumbers(CodeRequest request, float[] scales, long first, long end) {

  /** Adds every number, weighted by the square of its scale and by the importance of its value. */
  void addTo(WeightedBins bins, Scratch scratch) {
    CodeLayout layout = request.layout();
    int[] entries = new int[Math.toIntExact(end - first)];
    for (int i = 0; i < entries.length; i++) entries[i] = layout.entry(first + i, 0);
    if (layout.liesByChannel()) byChannel(entries, bins, scratch);
    else acrossChannels(entries, bins, scratch);
  }

  /** Of a weight in which the values of a channel lie side by side. */
  private void byChannel(int[] entries, WeightedBins bins, Scratch scratch) {
    CodeLayout layout = request.layout();
    int length = Math.toIntExact(layout.length());
    int stride = layout.entryStride();
    Importance importance = request.scaling().importance();
    float[] values = scratch.values(length);
    for (int i = 0; i < entries.length; i++) {
      long start = (first + i) * length;
      Values.read(request.weight(), start, values, 0, length);
      int entry = entries[i];
      for (int from = 0; from < length; from += (int) layout.block(), entry += stride) {
        int to = (int) Math.min(length, from + layout.block());
        for (int k = from; k < to; k++)
          bins.add(values[k], scales[entry], importance.at(start + k));
      }
    }
  }

  /** Of a weight in which channels lie side by side, in one matrix or several. */
  private void acrossChannels(int[] entries, WeightedBins bins, Scratch scratch) {
    CodeLayout layout = request.layout();
    long width = layout.inner() == 1 ? layout.outer() : layout.inner();
    Importance importance = request.scaling().importance();
    float[] values = scratch.values((int) Math.min(width, end - first));
    for (long matrix = first / width; matrix * width < end; matrix++) {
      long from = Math.max(first, matrix * width);
      int count = (int) (Math.min(end, (matrix + 1) * width) - from);
      int at = (int) (from - first);
      for (int k = 0; k < layout.length(); k++) {
        long line = matrix * layout.length() + k;
        long start = line * width + from % width;
        Values.read(request.weight(), start, values, 0, count);
        int block = (int) (k / layout.block()) * layout.entryStride();
        for (int c = 0; c < count; c++)
          bins.add(values[c], scales[entries[at + c] + block], importance.at(start + c));
      }
    }
  }
}
