package dev.halftone.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.ExecutionMode;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/** What every session is set up with. */
final class Sessions {
  private Sessions() {}

  static SessionOptions configure(RunOptions options) throws OrtException {
    SessionOptions session = new SessionOptions();
    session.setSessionLogLevel(Environment.LOGGING);
    session.setExecutionMode(ExecutionMode.SEQUENTIAL);
    session.setInterOpNumThreads(1);
    session.setIntraOpNumThreads(options.threads());
    session.setOptimizationLevel(options.optimize() ? OptLevel.ALL_OPT : OptLevel.NO_OPT);
    // Threads that spin between runs take the processor from the threads that prepare samples.
    session.addConfigEntry("session.intra_op.allow_spinning", "0");
    for (Map.Entry<String, String> entry : options.config().entrySet()) {
      session.addConfigEntry(entry.getKey(), entry.getValue());
    }
    return session;
  }

  /** ONNX Runtime reports a missing file as a fault of the model: say it first. */
  static void requireReadable(Path file) {
    if (!Files.isRegularFile(file))
      throw new UncheckedIOException(new NoSuchFileException(file.toString()));
    if (!Files.isReadable(file))
      throw new UncheckedIOException(new AccessDeniedException(file.toString()));
  }
}
