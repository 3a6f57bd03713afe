package vitrine.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MainTest {
  @Test
  void should_show_the_overview_when_no_command_is_given() {
    Cli cli = Cli.run().done();
    assertTrue(cli.out().contains("Commands:"), cli.out());
    assertEquals("", cli.err());
  }

  @Test
  void should_refuse_when_there_are_options_but_no_command() {
    Cli.run("--quiet").failed(2, "no command; expected one of run, generate");
    Cli.run("--model", "x").failed(2, "no command");
    Cli.run("--model", "").failed(2, "--model: \"\"; expected");
  }

  @Test
  void should_show_the_version_when_asked() {
    assertTrue(Cli.run("--version").done().out().matches("vitrine [0-9]+\\.[0-9]+.*\n"));
  }

  @Test
  void should_show_the_same_help_when_asked_in_either_way() {
    String help = Cli.run("help", "backends").done().out();
    assertEquals(help, Cli.run("backends", "--help").done().out());
    assertTrue(help.contains("Example"), help);
    assertFalse(help.contains("\u001b"), "no colours");
  }

  @Test
  void should_suggest_the_nearest_when_a_command_or_an_option_is_mistyped() {
    Cli.run("backend").failed(2, "backend: no such command", "expected backends perhaps");
    Cli.run("help", "bakcends").failed(2, "expected backends perhaps");
    Cli.run("backends", "--jsno").failed(2, "--jsno: no such option", "expected --json perhaps");
    Cli.run("backends", "--jso").failed(2, "--jso: no such option", "expected --json perhaps");
    Cli.run("zzzzzzzz").failed(2, "expected one of");
  }

  @Test
  void should_refuse_when_an_option_lacks_its_value_or_is_given_twice() {
    Cli.run("backends", "--threads").failed(2, "--threads: missing");
    Cli.run("backends", "--threads", "1", "--threads", "2").failed(2, "--threads: given twice");
    Cli.run("backends", "extra").failed(2, "extra: an argument too many");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1.5", "x", "", "99999999999", "1025"})
  void should_refuse_when_threads_is_no_sensible_number(String threads) {
    String shown = threads.isEmpty() ? "\"\"" : threads;
    Cli.run("backends", "--threads", threads)
        .failed(2, "backends: --threads: " + shown + "; expected a whole number from 1 to 1024");
    Cli.run("--threads=" + threads, "backends").failed(2, "--threads: ");
  }

  @Test
  void should_not_read_a_file_of_arguments_when_one_begins_with_at() {
    Cli.run("@/etc/hostname").failed(2, "@/etc/hostname: no such command");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\nb",
        "a\rb",
        "\u001b[31mred",
        "\u0085",
        "\u2028",
        "\ud800",
        "\u202Eabc",
        "\u0000"
      })
  void should_stay_on_one_safe_line_when_an_argument_is_hostile(String argument) {
    Cli cli = Cli.run(argument).failed(2);
    assertEquals(cli.err().length() - 1, cli.err().indexOf('\n'), "one line");
    assertTrue(cli.err().contains("\\"), "escaped: " + cli.err());
    assertFalse(cli.err().contains("\u001b") || cli.err().contains("\u202E"), "raw controls");
  }

  @Test
  void should_shorten_when_an_argument_is_very_long() {
    Cli cli = Cli.run("x".repeat(1_000_000)).failed(2, "no such command");
    assertTrue(cli.err().length() < 1100, () -> "length " + cli.err().length());
  }

  @Test
  void should_show_the_stack_trace_only_when_debug_is_given() {
    Cli plain = Cli.run("nonsense");
    Cli debug = Cli.run("nonsense", "--debug");
    assertFalse(plain.err().contains("\tat "), plain.err());
    assertTrue(debug.err().contains("\tat "), debug.err());
    assertEquals(2, debug.exit());
  }

  @Test
  void should_end_quietly_when_the_reader_of_the_output_has_gone() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exit =
        Main.execute(
            List.of("backends"), InputStream.nullInputStream(), new Failing("Broken pipe"), err);
    assertEquals(0, exit);
    assertEquals("", err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void should_exit_with_4_when_the_disk_under_the_output_is_full() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exit =
        Main.execute(
            List.of("backends"),
            InputStream.nullInputStream(),
            new Failing("No space left on device"),
            err);
    assertEquals(4, exit);
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("No space left"));
  }

  private static final class Failing extends OutputStream {
    private final String reason;

    Failing(String reason) {
      this.reason = reason;
    }

    @Override
    public void write(int b) throws IOException {
      throw new IOException(reason);
    }
  }
}
