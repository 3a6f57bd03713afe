package vitrine.tests.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher, in a checkout of its own whose JDK and Maven are small scripts: so a build takes no
 * time, and notes how often it was called.
 */
final class LauncherTest {
  @TempDir Path folder;

  private Path checkout;
  private Path launcher;
  private Path jdk;

  @BeforeEach
  void makeACheckout() throws IOException {
    checkout = folder.resolve("a check out");
    Files.createDirectories(checkout.resolve("app/src/main"));
    Files.writeString(checkout.resolve("app/src/main/Main.java"), "class Main {}");
    Files.writeString(checkout.resolve("pom.xml"), "<project/>");
    launcher = script(checkout.resolve("vitrine"), Repository.text(Path.of("vitrine")));
    maven("");
    jdk = jdk("25.0.1", "");
  }

  @Test
  void should_pass_arguments_and_the_exit_code_when_called_by_a_link_from_elsewhere()
      throws IOException, InterruptedException {
    jdk = jdk("26", "exit 3");
    Path link = Files.createSymbolicLink(folder.resolve("link"), launcher);
    Outcome outcome = call(Map.of(), link, "run", "na\u00efve \u65e5\u672c", "", "a  b", "@x", "*");
    assertEquals(3, outcome.exit());
    List<String> given = outcome.arguments();
    assertEquals(
        List.of("<run>", "<na\u00efve \u65e5\u672c>", "<>", "<a  b>", "<@x>", "<*>"),
        given.subList(given.size() - 6, given.size()));
  }

  @Test
  void should_set_a_utf8_locale_when_there_is_none() throws IOException, InterruptedException {
    assertEquals("LC_ALL=C.UTF-8", call(Map.of(), launcher).locale());
    assertEquals("LC_ALL=C.UTF-8", call(Map.of("LC_ALL", "POSIX"), launcher).locale());
    assertEquals("LC_ALL=C.UTF-8", call(Map.of("LANG", "en_GB.ISO8859-1"), launcher).locale());
    assertEquals("LC_ALL=de_DE.UTF-8", call(Map.of("LC_ALL", "de_DE.UTF-8"), launcher).locale());
    assertEquals("LC_ALL=", call(Map.of("LANG", "de_DE.utf8"), launcher).locale());
  }

  @Test
  void should_take_the_first_new_enough_jdk_when_there_are_several()
      throws IOException, InterruptedException {
    Path old = jdk("17.0.15", "");
    Path young = jdk("27-ea", "");
    Map<String, String> environment =
        Map.of(
            "VITRINE_JAVA_HOME", "", "JAVA_HOME", old.toString(), "PATH", young + "/bin:" + path());
    Outcome outcome = call(environment, launcher, "--which-jdk");
    assertEquals(young + "\n", outcome.out());
    assertEquals(0, outcome.exit());
  }

  @Test
  void should_say_what_is_wrong_when_the_jdk_asked_for_is_too_old()
      throws IOException, InterruptedException {
    Path old = jdk("24.0.2", "");
    Outcome outcome = call(Map.of("VITRINE_JAVA_HOME", old.toString()), launcher, "help");
    assertEquals(1, outcome.exit());
    assertEquals("", outcome.out());
    assertEquals(1, outcome.err().lines().count());
    assertTrue(
        outcome.err().startsWith("vitrine: error: start: VITRINE_JAVA_HOME: " + old),
        outcome.err());
  }

  @Test
  void should_build_once_when_two_first_calls_come_together()
      throws IOException, InterruptedException {
    maven("sleep 2");
    Started first = start(Map.of(), launcher, "one");
    Started second = start(Map.of(), launcher, "two");
    Outcome one = first.finish();
    Outcome two = second.finish();
    assertEquals(0, one.exit(), one.err());
    assertEquals(0, two.exit(), two.err());
    assertEquals(1, builds());
    assertTrue((one.err() + two.err()).contains("another vitrine is building; waiting"));
  }

  @Test
  void should_build_again_when_a_source_is_newer_and_only_then()
      throws IOException, InterruptedException {
    Outcome first = call(Map.of(), launcher);
    assertTrue(first.err().contains("building: Vitrine app 1 [5/5]"), first.err());
    assertEquals("", call(Map.of(), launcher).err());
    assertEquals(1, builds());
    Files.setLastModifiedTime(
        checkout.resolve("app/src/main/Main.java"), FileTime.from(Instant.now().plusSeconds(1)));
    call(Map.of(), launcher);
    assertEquals(2, builds());
  }

  @Test
  void should_leave_the_last_build_in_use_when_a_build_fails()
      throws IOException, InterruptedException {
    call(Map.of(), launcher);
    Path current = checkout.resolve("target/launcher/current");
    String before = Files.readString(current);
    maven("echo '[ERROR] Main.java: no such thing'; exit 1");
    Files.setLastModifiedTime(
        checkout.resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(1)));
    Outcome outcome = call(Map.of(), launcher);
    assertEquals(1, outcome.exit());
    assertEquals("", outcome.out());
    assertTrue(outcome.err().contains("[ERROR] Main.java: no such thing"), outcome.err());
    assertTrue(outcome.err().contains("vitrine: error: build: Maven ended with 1"), outcome.err());
    assertEquals(before, Files.readString(current));
  }

  /** A JDK whose java says what it is given, a line each, then does as {@code then} says. */
  private Path jdk(String version, String then) throws IOException {
    Path home = folder.resolve("jdk " + version);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "A=\"b\"\nJAVA_VERSION=\"" + version + "\"\n");
    script(
        home.resolve("bin/java"),
        """
        #!/bin/sh
        printf 'LC_ALL=%s\\n' "$LC_ALL"
        for argument in "$@"; do printf '<%s>\\n' "$argument"; done
        """
            + then);
    script(home.resolve("bin/javac"), "#!/bin/sh\n");
    return home;
  }

  /** A Maven that notes each call, does as {@code first} says, and makes a jar. */
  private void maven(String first) throws IOException {
    script(
        checkout.resolve("mvnw"),
        "echo call >>calls\n"
            + first
            + """

            echo '[INFO] Building Vitrine app 1      [5/5]'
            mkdir -p app/target/launcher-build/lib
            echo jar >app/target/launcher-build/vitrine.jar
            """);
  }

  private static Path script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String path() {
    return System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
  }

  private long builds() throws IOException {
    return Files.readAllLines(checkout.resolve("calls")).size();
  }

  private Outcome call(Map<String, String> environment, Path program, String... arguments)
      throws IOException, InterruptedException {
    return start(environment, program, arguments).finish();
  }

  private Started start(Map<String, String> environment, Path program, String... arguments)
      throws IOException {
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", path());
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("VITRINE_JAVA_HOME", jdk.toString());
    builder.environment().putAll(environment);
    return new Started(builder.start(), out, err);
  }

  private record Started(Process process, Path out, Path err) {
    Outcome finish() throws IOException, InterruptedException {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the launcher hangs");
      return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }
  }

  private record Outcome(int exit, String out, String err) {
    String locale() {
      return out.lines().findFirst().orElse("");
    }

    List<String> arguments() {
      return out.lines().filter(line -> line.startsWith("<")).toList();
    }
  }
}
