package dev.halftone.data;

import dev.halftone.data.Description.Feed;
import dev.halftone.data.source.SampleReader;
import dev.halftone.data.source.SampleReaders;
import dev.halftone.data.source.Source;
import dev.halftone.data.source.SourceRequest;
import dev.halftone.graph.ValueInfo;
import java.util.List;
import java.util.Objects;

/** A source that has been opened. */
record OpenedFeed(Feed feed, Source source) {
  /**
   * @param inputs that the source may feed
   */
  static OpenedFeed open(Feed feed, List<ValueInfo> inputs, long seed) {
    SampleReader reader =
        feed.kind() == null
            ? SampleReaders.recognising(feed.path())
            : Objects.requireNonNull(SampleReaders.ofKind(feed.kind()));
    Source source = reader.open(new SourceRequest(feed.path(), inputs, feed.options(), seed));
    feed.options().refuseOthers();
    return new OpenedFeed(feed, source);
  }
}
