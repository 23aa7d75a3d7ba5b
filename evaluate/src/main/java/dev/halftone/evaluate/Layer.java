package dev.halftone.evaluate;

/**
 * One value of a model beside the same value of its reference, over all samples.
 *
 * @param value its name in the reference
 * @param node that gives it in the reference
 * @param counterpart what it was compared with in the model: the value of the same name, or the
 *     float form of its integers
 * @param sqnrDb {@code 10·log10(Σx²/Σ(x − y)²)}, from -200 to 200
 * @param cosine of the angle between the two
 * @param maxAbsDifference largest {@code |x − y|}
 * @param addedNoise {@code Σ(x − y)²/Σx²} of the value less the largest of the values that the node
 *     reads: what came in here
 * @param notFinite pairs left out of all of these, since one of the two is infinite or NaN
 */
public record Layer(
    String value,
    String node,
    String opType,
    String counterpart,
    double sqnrDb,
    double cosine,
    double maxAbsDifference,
    double addedNoise,
    long notFinite) {}
