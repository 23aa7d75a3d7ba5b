package dev.halftone.data;

import dev.halftone.data.Description.Feed;
import dev.halftone.data.source.SampleReader;
import dev.halftone.data.source.SampleReaders;
import dev.halftone.data.source.Source;
import dev.halftone.data.source.SourceRequest;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.graph.ValueInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** A source that has been opened. */
record OpenedFeed(Feed feed, Source source) {
  /** Opens every source of a description with the inputs that it may feed. */
  static List<OpenedFeed> openAll(DataRequest request, Description description) {
    Set<String> taken = description.fedElsewhere();
    for (Feed feed : description.sources()) taken.add(feed.input());
    List<OpenedFeed> feeds = new ArrayList<>();
    for (Feed feed : description.sources()) {
      boolean only = feed.input().equals(Description.ONLY_INPUT);
      List<ValueInfo> inputs =
          request.inputs().stream()
              .filter(i -> only ? !taken.contains(i.name()) : i.name().equals(feed.input()))
              .toList();
      if (inputs.isEmpty()) throw noSuchInput(feed, request);
      feeds.add(open(feed, inputs, request.seed()));
    }
    return feeds;
  }

  private static OpenedFeed open(Feed feed, List<ValueInfo> inputs, long seed) {
    SampleReader reader =
        feed.kind() == null
            ? SampleReaders.recognising(feed.path())
            : Objects.requireNonNull(SampleReaders.ofKind(feed.kind()));
    Source source = reader.open(new SourceRequest(feed.path(), inputs, feed.options(), seed));
    feed.options().refuseOthers();
    return new OpenedFeed(feed, source);
  }

  private static MalformedDataException noSuchInput(Feed feed, DataRequest request) {
    return new MalformedDataException(
        feed.options().file(),
        "feeds input \"%s\", which the model has not: %s"
            .formatted(feed.input(), request.inputs()));
  }
}
