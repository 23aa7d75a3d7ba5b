package dev.halftone.quantize.qdq;

import dev.halftone.calibrate.observe.Channel;
import dev.halftone.calibrate.observe.Channels;
import dev.halftone.scheme.Codes;
import dev.halftone.scheme.QuantizationParameters;

/**
 * Between which 8-bit codes an activation lies at each of its channels, counted from the lowest
 * code of the type: so x86 multiplies them, int8 too. Bounds are the extremes that were seen, or
 * mean ± {@value #DEVIATIONS} deviations where that is narrower; 0 is always between them, for
 * convolutions pad with it.
 *
 * <p>What lies beyond is rare, and loses no more than it lies beyond.
 */
final class ChannelCodes {
  private static final int DEVIATIONS = 3;

  /** Where nothing is known of a channel, it may hold every code. */
  private static final int HIGHEST = 255;

  /** Nothing is known of any channel. */
  static final ChannelCodes UNKNOWN = new ChannelCodes(new int[0], new int[0]);

  private final int[] lows;
  private final int[] highs;

  private ChannelCodes(int[] lows, int[] highs) {
    this.lows = lows;
    this.highs = highs;
  }

  /** Of what was seen, channel by channel. */
  static ChannelCodes of(Channels seen, QuantizationParameters parameters) {
    int channels = seen.all().size();
    ChannelCodes codes = new ChannelCodes(new int[channels], new int[channels]);
    for (int i = 0; i < channels; i++) codes.set(i, seen.all().get(i), parameters);
    return codes;
  }

  private void set(int i, Channel seen, QuantizationParameters parameters) {
    double mean = seen.moments().mean();
    double variance = Math.max(0, seen.moments().secondMoment() - mean * mean);
    double reach = DEVIATIONS * Math.sqrt(variance);
    // Of no elements the extremes are the wrong way round, which makes both zero.
    lows[i] = code(Math.min(0, Math.max(seen.min(), mean - reach)), parameters);
    highs[i] = code(Math.max(0, Math.min(seen.max(), mean + reach)), parameters);
  }

  private static int code(double value, QuantizationParameters parameters) {
    return parameters.code(value) - Codes.all(parameters.type()).low();
  }

  int low(int channel) {
    return channel < lows.length ? lows[channel] : 0;
  }

  int high(int channel) {
    return channel < highs.length ? highs[channel] : HIGHEST;
  }
}
