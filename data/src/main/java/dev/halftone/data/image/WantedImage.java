package dev.halftone.data.image;

import dev.halftone.graph.Dimension;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model's input says of the images that it takes. Sizes are 0 where the model does not fix
 * them.
 *
 * @param channelsLast [N, height, width, channels] in place of [N, channels, height, width]
 */
record WantedImage(int channels, int height, int width, boolean channelsLast) {
  private static final WantedImage ANY = new WantedImage(0, 0, 0, false);

  /**
   * The first input that looks like an image: rank 4 with 1 or 3 channels. Nothing is known when
   * there is none.
   */
  static WantedImage of(List<ValueInfo> inputs) {
    for (ValueInfo input : inputs) {
      WantedImage wanted = of(input.type());
      if (wanted.channels != 0) return wanted;
    }
    return ANY;
  }

  private static WantedImage of(@Nullable TensorType type) {
    List<Dimension> shape = type == null ? null : type.shape();
    if (shape == null || shape.size() != 4) return ANY;
    int[] sizes = shape.stream().mapToInt(WantedImage::size).toArray();
    if (sizes[1] == 1 || sizes[1] == 3) return new WantedImage(sizes[1], sizes[2], sizes[3], false);
    if (sizes[3] == 1 || sizes[3] == 3) return new WantedImage(sizes[3], sizes[1], sizes[2], true);
    return ANY;
  }

  private static int size(Dimension dimension) {
    return switch (dimension) {
      case Dimension.Fixed(long size) -> size > 0 && size < 1 << 16 ? (int) size : 0;
      case Dimension.Symbolic _, Dimension.Unknown _ -> 0;
    };
  }
}
