package vitrine.tests.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How the files of this repository look; what a formatter and a compiler cannot hold. */
final class TidyTest {
  private static final int LONGEST_FILE = 600;
  private static final Set<String> SCRIPTS =
      Set.of(
          "vitrine",
          "mvnw",
          ".ci/run",
          "bench/peers",
          "bench/kernels",
          "bench/sweeps",
          "bench/start");

  /** Written in two halves so that this file does not find itself. */
  private static final Pattern UNFINISHED =
      Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X|HA" + "CK)\\b");

  /** Folders of somebody's machine. */
  private static final Pattern MACHINE_PATH =
      Pattern.compile("(?<![\\w.~}])/(ro" + "ot|wo" + "rk|ho" + "me/\\w+|Us" + "ers/\\w+)/");

  private static final Pattern CATCH_ALL =
      Pattern.compile("catch\\s*\\(\\s*(final\\s+)?(\\w+\\s*\\|\\s*)*Throw" + "able\\b");

  @Test
  void should_be_short_when_a_file_is_code() {
    assertEquals(
        List.of(),
        offences(
            file -> isJava(file) || named(file, ".py", ".sh", ".js") || isScript(file),
            (file, text) ->
                text.lines().count() > LONGEST_FILE
                    ? List.of(file + ": " + text.lines().count() + " lines")
                    : List.of()));
  }

  @Test
  void should_have_no_tabs_and_no_trailing_blanks_when_a_file_is_text() {
    assertEquals(
        List.of(),
        offences(
            file -> isProse(file) && !file.endsWith("mvnw") && !file.endsWith("mvnw.cmd"),
            lines(line -> line.indexOf('\t') >= 0 || line.endsWith(" "))));
  }

  @Test
  void should_hold_nothing_unfinished_when_a_file_is_text() {
    assertEquals(
        List.of(), offences(TidyTest::isProse, lines(line -> UNFINISHED.matcher(line).find())));
  }

  @Test
  void should_name_no_machine_when_a_file_is_text() {
    assertEquals(
        List.of(),
        offences(
            file -> isProse(file) || named(file, ".json", ".jsonl", ".properties"),
            lines(line -> MACHINE_PATH.matcher(line).find())));
  }

  @Test
  void should_name_what_it_catches_when_java() {
    assertEquals(
        List.of(), offences(TidyTest::isJava, lines(line -> CATCH_ALL.matcher(line).find())));
  }

  @Test
  void should_have_a_package_info_when_a_package() {
    TreeSet<Path> missing = new TreeSet<>();
    for (Path file : files(TidyTest::isJava)) {
      Path folder = file.getParent();
      if (folder == null || file.startsWith("samples")) {
        continue;
      }
      Path main = Path.of(folder.toString().replace("src/test/java", "src/main/java"));
      if (Stream.of(folder, main)
          .map(at -> Repository.root().resolve(at).resolve("package-info.java"))
          .noneMatch(Files::exists)) {
        missing.add(folder);
      }
    }
    assertEquals(Set.of(), missing);
  }

  @Test
  void should_be_named_by_the_architecture_page_when_a_package() {
    String page = Repository.text(Path.of("ARCHITECTURE.md"));
    TreeMap<String, Path> unnamed = new TreeMap<>();
    int packages = 0;
    for (Path file : files(path -> path.endsWith("package-info.java"))) {
      String path = file.toString();
      int at = path.indexOf("src/main/java/");
      if (at < 0) {
        continue;
      }
      packages++;
      String name =
          path.substring(at + "src/main/java/".length(), path.lastIndexOf('/')).replace('/', '.');
      if (!page.contains("`" + name + "`")) {
        unnamed.put(name, file);
      }
    }
    assertTrue(packages >= 5, "only " + packages + " packages seen");
    assertEquals(Set.of(), unnamed.keySet());
  }

  @Test
  void should_be_listed_with_a_reason_when_a_test_is_switched_off() {
    String quarantine = Repository.text(Path.of("tests/QUARANTINE.md"));
    assertEquals(
        List.of(),
        offences(
            file -> isJava(file) && file.toString().contains("src/test/"),
            (file, text) ->
                text.contains("@Dis" + "abled")
                        && !quarantine.contains(file.getFileName().toString().replace(".java", ""))
                    ? List.of(file.toString())
                    : List.of()));
  }

  /** Surefire keeps one report a class: that of the engine that runs last. */
  @Test
  void should_keep_to_one_test_engine_when_a_class_has_tests() {
    assertEquals(
        List.of(),
        offences(
            file -> isJava(file) && file.toString().contains("src/test/"),
            (file, text) ->
                text.contains("\nimport net.jq" + "wik.api.")
                        && text.contains("\nimport org.junit.jupiter.api.Test;")
                    ? List.of(file.toString())
                    : List.of()));
  }

  @Test
  void should_run_the_readme_command_when_ci_runs() {
    String command = "./mvnw verify";
    assertTrue(Repository.text(Path.of("README.md")).contains("\n" + command + "\n"));
    assertTrue(Repository.text(Path.of(".ci/run")).contains("\n" + command + "\n"));
  }

  @Test
  void should_be_in_the_index_when_a_decision() {
    String index = Repository.text(Path.of("docs/adr/README.md"));
    List<String> decisions =
        files(path -> path.startsWith("docs/adr") && named(path, ".md")).stream()
            .map(path -> path.getFileName().toString())
            .filter(name -> !name.equals("README.md"))
            .toList();
    assertTrue(decisions.size() >= 9, decisions.toString());
    assertEquals(
        List.of(), decisions.stream().filter(name -> !index.contains("](" + name + ")")).toList());
  }

  private interface Check {
    List<String> offences(Path file, String text);
  }

  private static Check lines(Predicate<String> bad) {
    return (file, text) -> {
      List<String> found = new ArrayList<>();
      int number = 0;
      for (String line : text.lines().toList()) {
        number++;
        if (bad.test(line)) {
          found.add(file + ":" + number + ": " + line.strip());
        }
      }
      return found;
    };
  }

  private static List<String> offences(Predicate<Path> which, Check check) {
    List<Path> files = files(which);
    assertTrue(files.size() >= 10, "only " + files.size() + " files seen");
    return files.stream()
        .flatMap(file -> check.offences(file, Repository.text(file)).stream())
        .toList();
  }

  private static List<Path> files(Predicate<Path> which) {
    return Repository.files().stream().filter(which).toList();
  }

  private static boolean isJava(Path file) {
    return named(file, ".java");
  }

  private static boolean isScript(Path file) {
    return SCRIPTS.contains(file.toString().replace('\\', '/'));
  }

  private static boolean isProse(Path file) {
    return isJava(file) || isScript(file) || named(file, ".md", ".xml", ".py", ".sh", ".yml");
  }

  private static boolean named(Path file, String... endings) {
    return Stream.of(endings).anyMatch(file.toString()::endsWith);
  }
}
