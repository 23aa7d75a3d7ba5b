package dev.halftone.prune;

import dev.halftone.graph.Model;

/** A new model with the plan it was made by. */
public record Pruned(Model model, PrunePlan plan) {}
