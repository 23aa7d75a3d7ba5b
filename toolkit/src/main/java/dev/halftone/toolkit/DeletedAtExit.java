package dev.halftone.toolkit;

/** Deletes a hidden folder when it is closed, and when the JVM ends before, by a signal too. */
final class DeletedAtExit implements AutoCloseable {
  private final StagingFolder folder;
  private final Thread atExit;

  private DeletedAtExit(StagingFolder folder) {
    this.folder = folder;
    this.atExit = new Thread(folder::delete, "halftone-cleanup");
  }

  static DeletedAtExit of(StagingFolder folder) {
    DeletedAtExit cleanup = new DeletedAtExit(folder);
    Runtime.getRuntime().addShutdownHook(cleanup.atExit);
    return cleanup;
  }

  @Override
  public void close() {
    folder.delete();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The JVM is going down and the hook runs; deleting twice does no harm.
      return;
    }
  }
}
