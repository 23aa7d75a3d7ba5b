package dev.halftone.report;

import java.util.List;

/** A section of the page with the charts in it; empty where the run has nothing for it. */
record Part(Html html, List<Chart> charts) {
  static final Part EMPTY = new Part(new Html(), List.of());

  static Part of(String id, String title, Html content, Chart... charts) {
    Html html = new Html().raw("<section id=\"" + id + "\">").element("h2", title).raw("\n");
    return new Part(html.append(content).raw("</section>\n"), List.of(charts));
  }
}
