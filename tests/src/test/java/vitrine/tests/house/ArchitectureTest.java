package vitrine.tests.house;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Arrows between packages point one way; ARCHITECTURE.md tells why. */
final class ArchitectureTest {
  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar")) // the contract suite
          .importPackages("vitrine")
          .that(
              DescribedPredicate.describe(
                  "are not tests", type -> !type.getPackageName().startsWith("vitrine.tests")));

  /** What each package may use of ours. A new package gets its line here first. */
  private static final Map<String, List<String>> MAY_USE = new LinkedHashMap<>();

  static {
    allow("vitrine.weights");
    allow("vitrine.kernels");
    allow("vitrine.kernels.host", "vitrine.kernels");
    allow("vitrine.kernels.scalar", "vitrine.kernels", "vitrine.kernels.host");
    allow(
        "vitrine.kernels.simd",
        "vitrine.kernels",
        "vitrine.kernels.host",
        "vitrine.kernels.scalar");
    allow("vitrine.engine");
    allow("vitrine.engine.io", "vitrine.engine", "vitrine.kernels", "vitrine.weights");
    allow("vitrine.engine.text", "vitrine.engine", "vitrine.weights");
    allow("vitrine.engine.hooks", "vitrine.engine", "vitrine.engine.io", "vitrine.kernels");
    allow("vitrine.engine.layers", "vitrine.engine", "vitrine.engine.hooks", "vitrine.kernels");
    allow(
        "vitrine.engine.loss",
        "vitrine.engine",
        "vitrine.engine.hooks",
        "vitrine.engine.layers",
        "vitrine.kernels");
    allow(
        "vitrine.engine.models",
        "vitrine.engine",
        "vitrine.engine.io",
        "vitrine.engine.text",
        "vitrine.engine.hooks",
        "vitrine.engine.layers",
        "vitrine.engine.loss",
        "vitrine.kernels",
        "vitrine.weights");
    allow(
        "vitrine.engine.families",
        "vitrine.engine",
        "vitrine.engine.hooks",
        "vitrine.engine.layers",
        "vitrine.engine.loss",
        "vitrine.engine.models",
        "vitrine.kernels",
        "vitrine.weights");
    allow(
        "vitrine.engine.data",
        "vitrine.engine",
        "vitrine.engine.io",
        "vitrine.engine.text",
        "vitrine.engine.hooks");
    allow(
        "vitrine.engine.training",
        "vitrine.engine",
        "vitrine.engine.text",
        "vitrine.engine.hooks",
        "vitrine.engine.models",
        "vitrine.engine.families",
        "vitrine.engine.data",
        "vitrine.kernels",
        "vitrine.weights");
    allow(
        "vitrine.engine.bundled",
        "vitrine.engine",
        "vitrine.engine.text",
        "vitrine.engine.models",
        "vitrine.weights");
    allow(
        "vitrine.engine.generation",
        "vitrine.engine",
        "vitrine.engine.text",
        "vitrine.engine.hooks",
        "vitrine.engine.layers",
        "vitrine.engine.models",
        "vitrine.kernels");
    allow("vitrine.interp.stats", "vitrine.engine.data");
    allow("vitrine.interp.io", "vitrine.engine.io", "vitrine.interp.stats");
    allow("vitrine.interp.pictures", "vitrine.engine", "vitrine.interp.stats", "vitrine.interp.io");
    allow(
        "vitrine.interp",
        "vitrine.engine.hooks",
        "vitrine.engine.models",
        "vitrine.interp.io",
        "vitrine.interp.pictures",
        "vitrine.kernels",
        "vitrine.weights");
    allow(
        "vitrine.interp.metrics",
        "vitrine.engine",
        "vitrine.engine.hooks",
        "vitrine.engine.models",
        "vitrine.engine.training",
        "vitrine.interp.pictures",
        "vitrine.kernels");
    allow(
        "vitrine.interp.ablation",
        "vitrine.engine",
        "vitrine.engine.data",
        "vitrine.engine.hooks",
        "vitrine.engine.models",
        "vitrine.interp",
        "vitrine.interp.stats",
        "vitrine.interp.io",
        "vitrine.interp.heads",
        "vitrine.interp.metrics",
        "vitrine.interp.pictures",
        "vitrine.kernels");
    allow(
        "vitrine.interp.attention",
        "vitrine.engine.hooks",
        "vitrine.engine.models",
        "vitrine.interp",
        "vitrine.interp.stats",
        "vitrine.interp.io",
        "vitrine.interp.pictures",
        "vitrine.kernels");
    allow(
        "vitrine.interp.probe",
        "vitrine.engine",
        "vitrine.engine.data",
        "vitrine.engine.hooks",
        "vitrine.engine.io",
        "vitrine.interp",
        "vitrine.interp.stats",
        "vitrine.interp.io",
        "vitrine.interp.pictures",
        "vitrine.kernels");
    allow(
        "vitrine.interp.card",
        "vitrine.engine",
        "vitrine.engine.data",
        "vitrine.engine.io",
        "vitrine.engine.text",
        "vitrine.engine.hooks",
        "vitrine.engine.models",
        "vitrine.interp",
        "vitrine.interp.heads",
        "vitrine.interp.minimalpairs",
        "vitrine.interp.stats",
        "vitrine.interp.io",
        "vitrine.kernels",
        "vitrine.weights");
    allow(
        "vitrine.interp.minimalpairs",
        "vitrine.engine",
        "vitrine.engine.io",
        "vitrine.engine.text",
        "vitrine.engine.hooks",
        "vitrine.engine.models",
        "vitrine.interp",
        "vitrine.interp.stats",
        "vitrine.interp.io",
        "vitrine.interp.pictures");
    allow(
        "vitrine.interp.heads",
        "vitrine.engine",
        "vitrine.engine.text",
        "vitrine.engine.hooks",
        "vitrine.engine.models",
        "vitrine.engine.data",
        "vitrine.interp",
        "vitrine.interp.stats",
        "vitrine.interp.io",
        "vitrine.interp.metrics",
        "vitrine.interp.pictures",
        "vitrine.interp.attention",
        "vitrine.kernels");
    allow(
        "vitrine.interp.circuits",
        "vitrine.engine",
        "vitrine.engine.text",
        "vitrine.engine.hooks",
        "vitrine.engine.models",
        "vitrine.engine.data",
        "vitrine.interp",
        "vitrine.interp.stats",
        "vitrine.interp.io",
        "vitrine.interp.pictures",
        "vitrine.kernels");
    allow(
        "vitrine.interp.attribution",
        "vitrine.engine",
        "vitrine.engine.hooks",
        "vitrine.engine.models",
        "vitrine.interp",
        "vitrine.interp.stats",
        "vitrine.interp.io",
        "vitrine.interp.pictures",
        "vitrine.kernels");
    allow("vitrine.interp.prompts", "vitrine.engine", "vitrine.engine.text", "vitrine.engine.data");
    allow(
        "vitrine.interp.patching",
        "vitrine.engine",
        "vitrine.engine.hooks",
        "vitrine.engine.models",
        "vitrine.interp",
        "vitrine.interp.stats",
        "vitrine.interp.io",
        "vitrine.interp.metrics",
        "vitrine.interp.pictures",
        "vitrine.kernels");
  }

  static {
    allow(
        "vitrine.interp.compare.measures",
        "vitrine.engine",
        "vitrine.engine.data",
        "vitrine.interp.stats");
    allow(
        "vitrine.interp.rows",
        "vitrine.engine",
        "vitrine.engine.conllu",
        "vitrine.engine.data",
        "vitrine.engine.hooks",
        "vitrine.engine.models",
        "vitrine.engine.text",
        "vitrine.kernels",
        "vitrine.weights");
    allow(
        "vitrine.interp.probe.tasks",
        "vitrine.engine",
        "vitrine.engine.conllu",
        "vitrine.engine.data",
        "vitrine.engine.io",
        "vitrine.interp.rows");
    allow(
        "vitrine.interp.probe.structure",
        "vitrine.engine",
        "vitrine.engine.conllu",
        "vitrine.engine.data",
        "vitrine.engine.hooks",
        "vitrine.interp",
        "vitrine.interp.io",
        "vitrine.interp.pictures",
        "vitrine.interp.probe.tasks",
        "vitrine.interp.rows",
        "vitrine.interp.stats",
        "vitrine.kernels");
    allow(
        "vitrine.interp.probe.layers",
        "vitrine.engine",
        "vitrine.engine.data",
        "vitrine.interp",
        "vitrine.interp.io",
        "vitrine.interp.pictures",
        "vitrine.interp.probe",
        "vitrine.interp.probe.tasks",
        "vitrine.interp.rows",
        "vitrine.interp.stats",
        "vitrine.kernels");
    allow(
        "vitrine.interp.compare",
        "vitrine.engine",
        "vitrine.engine.io",
        "vitrine.engine.text",
        "vitrine.engine.conllu",
        "vitrine.engine.hooks",
        "vitrine.engine.data",
        "vitrine.engine.models",
        "vitrine.interp",
        "vitrine.interp.compare.measures",
        "vitrine.interp.io",
        "vitrine.interp.pictures",
        "vitrine.interp.rows",
        "vitrine.interp.stats",
        "vitrine.kernels");
    allow("vitrine.engine.conllu", "vitrine.engine", "vitrine.engine.io");
    allow(
        "vitrine.interp.lens",
        "vitrine.engine",
        "vitrine.engine.hooks",
        "vitrine.engine.models",
        "vitrine.interp",
        "vitrine.interp.io",
        "vitrine.interp.pictures",
        "vitrine.kernels");
    allow(
        "vitrine.interp.neurons",
        "vitrine.engine",
        "vitrine.engine.hooks",
        "vitrine.engine.models",
        "vitrine.interp",
        "vitrine.interp.stats",
        "vitrine.interp.io",
        "vitrine.interp.pictures",
        "vitrine.kernels");
    allow(
        "vitrine.interp.saliency",
        "vitrine.engine",
        "vitrine.engine.io",
        "vitrine.engine.text",
        "vitrine.engine.hooks",
        "vitrine.engine.layers",
        "vitrine.engine.models",
        "vitrine.interp",
        "vitrine.interp.io",
        "vitrine.interp.pictures",
        "vitrine.interp.stats",
        "vitrine.kernels");
  }

  private static void allow(String user, String... used) {
    MAY_USE.put(user, List.of(used));
  }

  /** Of the class files, so that an import that found nothing cannot pass. */
  @Test
  void should_see_every_module_when_the_classes_are_imported() {
    Map<String, Long> classes =
        OURS.stream()
            .collect(
                Collectors.groupingBy(
                    type -> module(type.getPackageName()), Collectors.counting()));
    assertEquals(
        Set.of("weights", "kernels", "engine", "interp", "app"),
        classes.keySet(),
        classes.toString());
    Map.of("weights", 20, "kernels", 30, "engine", 100, "interp", 40, "app", 40)
        .forEach((module, least) ->
            assertTrue(classes.getOrDefault(module, 0L) >= least, classes.toString()));
  }

  /** The second part of a package's name: {@code vitrine.engine.text} lies in {@code engine}. */
  private static String module(String name) {
    String below = name.substring("vitrine.".length());
    int dot = below.indexOf('.');
    return dot < 0 ? below : below.substring(0, dot);
  }

  @TestFactory
  List<DynamicTest> should_use_only_what_its_line_allows_when_in_a_library_package() {
    return libraryPackages().stream()
        .map(name -> DynamicTest.dynamicTest(name, () -> usesOnlyAllowed(name)))
        .toList();
  }

  private static void usesOnlyAllowed(String user) {
    List<String> allowed = MAY_USE.get(user);
    assertTrue(allowed != null, user + ": no line in MAY_USE; expected one for every package");
    String[] names = allowed.toArray(String[]::new);
    DescribedPredicate<JavaClass> others =
        resideInAPackage("vitrine..")
            .and(DescribedPredicate.not(resideInAPackage(user)))
            .and(DescribedPredicate.not(resideInAnyPackage(names)));
    noClasses()
        .that()
        .resideInAPackage(user)
        .should()
        .dependOnClassesThat(others.as("of ours other than " + Arrays.toString(names)))
        .check(OURS);
  }

  private static Set<String> libraryPackages() {
    return OURS.stream()
        .map(JavaClass::getPackage)
        .map(JavaPackage::getName)
        .filter(name -> !name.startsWith("vitrine.app"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void should_have_no_cycles_when_packages_use_each_other() {
    slices().matching("vitrine.(**)").should().beFreeOfCycles().check(OURS);
  }

  @Test
  void should_keep_to_simd_when_the_incubating_vector_api_is_used() {
    noClasses()
        .that()
        .resideOutsideOfPackage("vitrine.kernels.simd")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator..")
        .check(OURS);
  }

  @Test
  void should_keep_to_analyses_when_decompositions_are_used() {
    noClasses()
        .that()
        .resideOutsideOfPackage("vitrine.interp..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.ejml..")
        .check(OURS);
  }

  @Test
  void should_leave_the_terminal_alone_when_not_the_application() {
    noClasses()
        .that()
        .resideOutsideOfPackage("vitrine.app..")
        .should(ACCESS_STANDARD_STREAMS)
        .check(OURS);
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.util.logging..", "sun..", "com.sun..")
        .check(OURS);
  }

  @Test
  void should_end_the_jvm_only_in_main_when_a_command_is_over() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("vitrine.app.Main")
        .should()
        .callMethod(System.class, "exit", int.class)
        .check(OURS);
  }
}
