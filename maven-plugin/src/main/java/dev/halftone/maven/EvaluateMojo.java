package dev.halftone.maven;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * Judges a model, alone or beside the one that it was made from, and fails the build when a gate is
 * missed. Does nothing when all that it reads, and Halftone, is as it was when it last passed.
 */
@Mojo(
    name = "evaluate",
    defaultPhase = LifecyclePhase.VERIFY,
    threadSafe = true,
    requiresProject = true)
public final class EvaluateMojo extends HalftoneMojo {
  /** The model that it was made from, as {@code --reference}; gates need it. */
  @Parameter private @Nullable File reference;

  @Override
  String command() {
    return "evaluate";
  }

  @Override
  void configure(Arguments arguments) {
    arguments.option("--reference", reference);
  }

  @Override
  List<Path> models() {
    return reference == null ? List.of() : List.of(reference.toPath());
  }

  @Override
  List<String> samples() {
    return List.of();
  }

  @Override
  Optional<Path> output() {
    return Optional.empty();
  }
}
