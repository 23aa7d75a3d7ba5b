package dev.halftone.plan;

import dev.halftone.graph.Model;

/** A new model with the plan it was made by. */
public record Quantized(Model model, Plan plan) {}
