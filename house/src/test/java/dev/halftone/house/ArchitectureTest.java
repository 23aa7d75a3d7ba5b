package dev.halftone.house;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;

/** Rules that the compiler cannot see. The arrows are those of {@code docs/architecture.md}. */
@AnalyzeClasses(packages = "dev.halftone", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String WIRE = "dev.halftone.onnx.wire..";

  @ArchTest
  static final ArchRule PACKAGES_HAVE_NO_CYCLES =
      slices().matching("dev.halftone.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule MODULES_ARE_USED_ONE_WAY =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("kernels")
          .definedBy(
              "dev.halftone.tensor..",
              "dev.halftone.kernels..",
              "dev.halftone.number..",
              "dev.halftone.scheme..")
          .layer("graph")
          .definedBy("dev.halftone.graph..")
          .layer("checkpoint")
          .definedBy("dev.halftone.checkpoint..")
          .layer("llm")
          .definedBy("dev.halftone.llm..")
          .layer("onnx")
          .definedBy("dev.halftone.onnx..")
          .layer("runtime")
          .definedBy("dev.halftone.runtime..")
          .layer("data")
          .definedBy("dev.halftone.data..")
          .layer("calibrate")
          .definedBy("dev.halftone.calibrate..")
          .layer("quantize")
          .definedBy(
              "dev.halftone.quantize..",
              "dev.halftone.prune..",
              "dev.halftone.recipe..",
              "dev.halftone.plan..")
          .layer("train")
          .definedBy("dev.halftone.train..")
          .layer("evaluate")
          .definedBy("dev.halftone.evaluate..")
          .layer("report")
          .definedBy("dev.halftone.report..")
          .layer("toolkit")
          .definedBy("dev.halftone.toolkit..")
          .layer("cli")
          .definedBy("dev.halftone.cli..")
          .layer("maven-plugin")
          .definedBy("dev.halftone.maven..")
          .whereLayer("maven-plugin")
          .mayNotAccessAnyLayer()
          .whereLayer("maven-plugin")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("kernels")
          .mayNotAccessAnyLayer()
          .whereLayer("graph")
          .mayOnlyAccessLayers("kernels")
          .whereLayer("checkpoint")
          .mayOnlyAccessLayers("kernels", "graph")
          .whereLayer("llm")
          .mayOnlyAccessLayers("kernels", "graph", "checkpoint")
          .whereLayer("onnx")
          .mayOnlyAccessLayers("kernels", "graph")
          .whereLayer("data")
          .mayOnlyAccessLayers("kernels", "graph", "onnx")
          .whereLayer("runtime")
          .mayOnlyAccessLayers("kernels", "graph", "onnx")
          .whereLayer("calibrate")
          .mayOnlyAccessLayers("kernels", "graph", "onnx", "runtime", "data")
          .whereLayer("evaluate")
          .mayOnlyAccessLayers("kernels", "graph", "onnx", "runtime", "data", "calibrate")
          .whereLayer("quantize")
          .mayOnlyAccessLayers("kernels", "graph", "onnx", "runtime", "data", "calibrate")
          .whereLayer("report")
          .mayOnlyAccessLayers("graph")
          .whereLayer("train")
          .mayOnlyBeAccessedByLayers("toolkit", "cli")
          .whereLayer("toolkit")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer();

  @ArchTest
  static final ArchRule ONLY_THE_COMMAND_LINE_PRINTS =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.halftone.cli..")
          .should(ACCESS_STANDARD_STREAMS);

  @ArchTest
  static final ArchRule WIRE_CLASSES_STAY_INSIDE =
      noClasses()
          .that(not(resideInAnyPackage("dev.halftone.onnx..")))
          .should()
          .dependOnClassesThat(resideInAnyPackage(WIRE, "com.google.protobuf.."));

  @ArchTest
  static final ArchRule ONNX_RUNTIME_STAYS_BEHIND_RUNTIME =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.halftone.runtime..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.onnxruntime..");

  @ArchTest
  static final ArchRule LIBTORCH_STAYS_BEHIND_TRAIN =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.halftone.train..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.bytedeco..");

  @ArchTest
  static final ArchRule THE_CORE_KNOWS_NO_JSON =
      noClasses()
          .that(
              resideInAnyPackage(
                  "dev.halftone.tensor..",
                  "dev.halftone.kernels..",
                  "dev.halftone.graph..",
                  "dev.halftone.onnx..",
                  "dev.halftone.runtime..",
                  "dev.halftone.calibrate..",
                  "dev.halftone.recipe..",
                  "dev.halftone.prune..",
                  "dev.halftone.quantize.."))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("tools.jackson..");

  @ArchTest
  static void everyPackageIsNullMarked(JavaClasses classes) {
    assertThat(classes.that(not(resideInAnyPackage(WIRE))))
        .extracting(JavaClass::getPackage)
        .allMatch(room -> room.isAnnotatedWith(NullMarked.class));
  }

  /** Without this, a scan that found nothing would pass every rule. */
  @ArchTest
  static void theScanSawTheProject(JavaClasses classes) {
    assertThat(classes.that(not(resideInAnyPackage(WIRE)))).hasSizeGreaterThan(300);
    assertThat(classes.that(resideInAnyPackage(WIRE))).hasSizeGreaterThan(20);
    assertThat(classes.getPackage("dev.halftone").getSubpackages())
        .extracting(p -> p.getRelativeName())
        .contains(
            "tensor",
            "graph",
            "checkpoint",
            "llm",
            "onnx",
            "runtime",
            "data",
            "recipe",
            "quantize",
            "evaluate",
            "toolkit",
            "cli");
  }
}
