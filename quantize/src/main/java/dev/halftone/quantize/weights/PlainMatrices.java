package dev.halftone.quantize.weights;

import dev.halftone.plan.StoredWeight;
import dev.halftone.quantize.codes.CodeLayout;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.quantize.codes.Encoder;
import dev.halftone.quantize.codes.Scaling;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.Tensor;
import java.util.List;

/** Matrices of a checkpoint, which no graph surrounds. */
public final class PlainMatrices {
  private PlainMatrices() {}

  /**
   * Encodes a linear layer's matrix as a checkpoint has it, {@code [outputs, inputs]}: a channel is
   * a row, blocks lie along rows, and the last may be shorter.
   *
   * @param recipe of weights mode
   * @param threads that it is encoded on; the result does not depend on it
   * @throws IllegalArgumentException if the tensor has not two axes, is empty or is not of a
   *     floating-point type
   * @throws dev.halftone.graph.MalformedModelException if it has a NaN or an infinity
   */
  public static StoredWeight encode(String name, Tensor matrix, Recipe recipe, int threads) {
    if (matrix.rank() != 2 || matrix.count() == 0)
      throw new IllegalArgumentException(name + " " + matrix + " is not a matrix");
    CodeLayout layout = layout(matrix, WeightCodes.granularity(recipe));
    CodeRequest request =
        new CodeRequest(name, matrix, layout, WeightCodes.format(recipe))
            .with(Scaling.of(recipe.search(), WeightCodes.storage(recipe)));
    Codes codes = Encoder.encode(List.of(request), threads).getFirst();
    return StoredWeight.quantized(name, matrix, codes.bytes(), codes::decodedAsWeight);
  }

  private static CodeLayout layout(Tensor matrix, Granularity granularity) {
    long rows = matrix.dimension(0);
    long length = matrix.dimension(1);
    return switch (granularity) {
      case Granularity.PerTensor() -> CodeLayout.whole(matrix.count());
      case Granularity.PerChannel() -> CodeLayout.rows(rows, length, length);
      case Granularity.PerBlock(int size) -> CodeLayout.rows(rows, length, size);
      case Granularity.PerTile(int channels, int size) ->
          CodeLayout.rows(rows, length, size).tiled(channels);
    };
  }
}
