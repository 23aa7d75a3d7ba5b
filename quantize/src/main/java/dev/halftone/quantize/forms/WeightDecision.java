package dev.halftone.quantize.forms;

/** What becomes of one weight. */
public record WeightDecision(WeightUse use, WeightForm form) {}
