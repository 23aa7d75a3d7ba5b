package dev.halftone.quantize.forms;

import dev.halftone.graph.Graph;
import dev.halftone.quantize.codes.Codes;
import java.nio.FloatBuffer;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/** The tables that codes are looked up in, of which a graph has each only once. */
final class SeenTables {
  private final Map<Graph, Set<FloatBuffer>> tables = new IdentityHashMap<>();

  /** Whether the tables of a weight are the first of their kind in its graph. */
  boolean add(WeightUse use, Codes codes) {
    if (Codes.tableBytes(codes.request()) == 0) return false;
    return tables
        .computeIfAbsent(use.constant().owner(), owner -> new HashSet<>())
        .add(FloatBuffer.wrap(codes.tables().toFloats()));
  }
}
