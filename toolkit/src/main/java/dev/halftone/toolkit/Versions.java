package dev.halftone.toolkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * Versions that the build wrote into {@code versions.properties}: known without loading what they
 * are the version of.
 */
final class Versions {
  private static final Properties VERSIONS = read();

  private Versions() {}

  static String halftone() {
    return VERSIONS.getProperty("halftone");
  }

  static String onnxRuntime() {
    return VERSIONS.getProperty("onnxruntime");
  }

  private static Properties read() {
    Properties properties = new Properties();
    try (InputStream in = Versions.class.getResourceAsStream("versions.properties")) {
      if (in == null)
        throw new IllegalStateException("versions.properties is missing beside " + Versions.class);
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
