package dev.halftone.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The one ONNX Runtime environment of this process, loaded on first use. */
final class Environment {
  /**
   * ONNX Runtime also writes to standard error what it throws; the exception is enough, so only
   * what ends the process is logged.
   */
  static final OrtLoggingLevel LOGGING = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;

  private Environment() {}

  static OrtEnvironment get() {
    return Holder.ENVIRONMENT;
  }

  private static final class Holder {
    static final OrtEnvironment ENVIRONMENT = create();

    private static OrtEnvironment create() {
      Telemetry.switchOff();
      // A host application may have made the environment already; then its settings stay and the
      // Java binding would log that.
      Logger logger = Logger.getLogger(OrtEnvironment.class.getName());
      Level before = logger.getLevel();
      logger.setLevel(Level.OFF);
      try {
        OrtEnvironment environment = OrtEnvironment.getEnvironment(LOGGING, "halftone");
        environment.setTelemetry(false);
        return environment;
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime cannot be set up: " + e.getMessage(), e);
      } finally {
        logger.setLevel(before);
      }
    }
  }
}
