package dev.halftone.prune.channels;

import dev.halftone.graph.Node;

/**
 * A node that makes channels: each is a row of its weight.
 *
 * @param axis of the weight along which its output channels lie
 */
record Producer(Node node, int axis, int group) {}
