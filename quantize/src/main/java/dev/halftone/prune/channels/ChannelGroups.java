package dev.halftone.prune.channels;

import java.util.ArrayList;
import java.util.List;

/**
 * Sets of channels that are kept or removed together, such as those of all branches of a residual
 * sum. Groups are numbers; joining makes two one.
 */
final class ChannelGroups {
  private record Group(int parent, int channels, String reason) {}

  private final List<Group> groups = new ArrayList<>();

  /** A group that may lose channels. */
  int add(int channels) {
    return addFrozen(channels, "");
  }

  /** A group that keeps its channels, for a reason. */
  int addFrozen(int channels, String reason) {
    groups.add(new Group(groups.size(), channels, reason));
    return groups.size() - 1;
  }

  /** The number that stands for all groups that this one was joined with. */
  int root(int group) {
    int root = group;
    while (groups.get(root).parent() != root) root = groups.get(root).parent();
    return root;
  }

  int channels(int group) {
    return groups.get(group).channels();
  }

  /** Why the group keeps its channels; empty when it may lose some. */
  String reason(int group) {
    return groups.get(root(group)).reason();
  }

  /** Groups of equally many channels become one, which keeps them if either does. */
  void join(int one, int other) {
    int first = root(one);
    int second = root(other);
    if (first == second) return;
    Group kept = groups.get(first);
    String reason = kept.reason().isEmpty() ? groups.get(second).reason() : kept.reason();
    groups.set(first, new Group(first, kept.channels(), reason));
    groups.set(second, new Group(first, kept.channels(), reason));
  }

  /** The group keeps its channels; the first reason stays. */
  void freeze(int group, String reason) {
    int root = root(group);
    Group old = groups.get(root);
    if (old.reason().isEmpty()) groups.set(root, new Group(root, old.channels(), reason));
  }
}
