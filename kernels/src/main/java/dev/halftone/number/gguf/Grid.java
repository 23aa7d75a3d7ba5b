package dev.halftone.number.gguf;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A set of points, all of whose coordinates are small integers, 0 to {@code base - 1}: what a group
 * of neighbours may become together. A point's number is {@code Σ coordinate(i) * base^i}; its
 * index is how many points of the set have lower numbers.
 */
final class Grid {
  final int dimensions;
  final int base;

  /** How many near distances count as near, in the search for points outside of the set. */
  private final int distances;

  /** Coordinates by index. */
  private final byte[] points;

  /** Index by number, or -1. */
  private final short[] indices;

  private volatile short @Nullable [][] neighbours;

  /**
   * @param points bit {@code n} says whether the point of number {@code n} belongs
   */
  Grid(int dimensions, int base, int distances, BitSet points) {
    this.dimensions = dimensions;
    this.base = base;
    this.distances = distances;
    this.points = new byte[points.cardinality() * dimensions];
    indices = new short[(int) Math.pow(base, dimensions)];
    Arrays.fill(indices, (short) -1);
    short index = 0;
    for (int n = points.nextSetBit(0); n >= 0; n = points.nextSetBit(n + 1), index++) {
      indices[n] = index;
      coordinates(n, this.points, index * dimensions);
    }
  }

  private void coordinates(int number, byte[] out, int at) {
    for (int i = 0; i < dimensions; i++, number /= base) out[at + i] = (byte) (number % base);
  }

  int size() {
    return points.length / dimensions;
  }

  int coordinate(int index, int i) {
    return points[index * dimensions + i];
  }

  int number(byte[] coordinates, int at) {
    int number = 0;
    for (int i = dimensions - 1; i >= 0; i--) number = number * base + coordinates[at + i];
    return number;
  }

  /** Index of a point, -1 if it is not in the set. */
  int index(int number) {
    return indices[number];
  }

  /**
   * Indices of the points nearest to one outside of the set: all of the least distance, and of as
   * many next distances as the grid wants, by distance and then index.
   */
  short[] neighbours(int number) {
    short[][] known = neighbours;
    if (known == null) known = findNeighbours();
    return known[number];
  }

  private synchronized short[][] findNeighbours() {
    short[][] known = neighbours;
    if (known != null) return known;
    known = new short[indices.length][];
    byte[] point = new byte[dimensions];
    int[] distance = new int[size()];
    for (int number = 0; number < known.length; number++) {
      coordinates(number, point, 0);
      known[number] = indices[number] >= 0 ? new short[0] : nearest(point, distance);
    }
    neighbours = known;
    return known;
  }

  private short[] nearest(byte[] point, int[] distance) {
    // Distances are squared.
    int[] counts = new int[dimensions * (base - 1) * (base - 1) + 1];
    for (int index = 0; index < distance.length; index++) {
      distance[index] = distance(point, index);
      counts[distance[index]]++;
    }
    short[] near = new short[distance.length];
    int found = 0;
    int wanted = distances;
    for (int d = 0; d < counts.length && wanted > 0; d++) {
      if (counts[d] == 0) continue;
      for (int index = 0; index < distance.length; index++) {
        if (distance[index] == d) near[found++] = (short) index;
      }
      wanted--;
    }
    return Arrays.copyOf(near, found);
  }

  private int distance(byte[] point, int index) {
    int sum = 0;
    for (int i = 0; i < dimensions; i++) {
      int difference = coordinate(index, i) - point[i];
      sum += difference * difference;
    }
    return sum;
  }
}
