package dev.halftone.number.gguf;

/**
 * How a type searches a block's scale and its groups' points.
 *
 * @param grid what a group of magnitudes may become: coordinate {@code c} stands for {@code 2 c +
 *     1}
 * @param size values of a small block
 * @param evenSigns whether 7 bits hold 8 signs, an even number of them negative
 * @param tries roundings tried on either side of the plain one
 * @param step what a try adds to the greatest level
 * @param zero small blocks whose greatest magnitude is below this count as zeros
 * @param begin where the search begins
 * @param refine which groups round again with the best scale
 * @param variance what the mean square is multiplied by in weights with importance
 * @param plainVariance what that is multiplied by in weights without; 0 for weights {@code x²}
 * @param stored what the scale of a super-block is multiplied by when it is stored
 * @param clears whether a super-block of scale 0 keeps nothing of its points and signs
 */
record GridRules(
    Grid grid,
    int size,
    boolean evenSigns,
    int tries,
    float step,
    float zero,
    Begin begin,
    Refine refine,
    float variance,
    float plainVariance,
    float stored,
    boolean clears) {
  enum Begin {
    /** The greatest magnitude at the greatest level. */
    GREATEST,
    /** The scale of the least squares for whole numbers at the greatest level. */
    LEAST_SQUARES
  }

  enum Refine {
    ALL,
    ALL_IF_ONE_WAS_OFF_THE_GRID,
    THOSE_OFF_THE_GRID
  }
}
