package dev.halftone.prune.channels;

import dev.halftone.graph.Node;

/**
 * A constant input of a node that has an axis of channels.
 *
 * @param axis of the constant
 * @param layout of the channels along it
 * @param scale neighbours along the axis that stand for one element of the layout
 */
record Slice(Node node, int input, int axis, ChannelLayout layout, int scale) {}
