package vitrine.engine.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training in processes that end in the midst of it. */
final class KilledTrainingTest {
  private static final int KILLS = 8;

  @TempDir private Path directory;

  private static ProcessBuilder process(Path out, String... before) {
    List<String> command = new ArrayList<>(List.of(before));
    command.addAll(
        List.of(
            ProcessHandle.current().info().command().orElseThrow(),
            "-XX:-UsePerfData",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            TrainingProcess.class.getName(),
            out.toString()));
    return new ProcessBuilder(command).redirectErrorStream(true);
  }

  private static byte[] weights(Path out) throws IOException {
    return Files.readAllBytes(out.resolve("model.safetensors"));
  }

  private static List<String> metrics(Path out) throws IOException {
    return Files.readAllLines(out.resolve("metrics.jsonl")).stream()
        .map(line -> line.replaceAll(",\"(tokens_per_second|seconds)\":[^,}]*", ""))
        .toList();
  }

  @Test
  void should_end_with_the_same_bits_when_killed_at_any_moment() throws Exception {
    Path whole = directory.resolve("whole");
    TrainingProcess.run(
        whole, new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    Path out = directory.resolve("killed");
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    List<String> said = new ArrayList<>(List.of("seed " + seed));
    int kills = 0;
    for (int life = 0; life < KILLS; life++) {
      Path log = directory.resolve("life-" + life);
      Process process = process(out).redirectOutput(log.toFile()).start();
      while (process.isAlive() && Files.size(log) == 0) {
        Thread.sleep(1); // until it begins
      }
      // Before the first checkpoint and after many: a step with one takes some milliseconds.
      Thread.sleep(random.nextInt(1 << random.nextInt(10)));
      process.destroyForcibly();
      kills += process.waitFor() == 0 ? 0 : 1;
      List<String> lines = Files.readAllLines(log);
      said.add("life " + life + ": " + lines.getFirst() + " to " + lines.getLast());
      assertFalse(said.toString().contains("error"), said.toString());
    }
    assertTrue(kills >= 2, "killed " + kills + " times: " + said);
    Process last = process(out).start();
    String rest = new String(last.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, last.waitFor(), rest);
    assertArrayEquals(weights(whole), weights(out), said.toString());
    assertEquals(metrics(whole), metrics(out), said.toString());
  }

  /** Not even the recipe can be written: the directory is as free as it was. */
  @Test
  void should_leave_nothing_when_it_cannot_even_begin() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash here");
    Path out = Files.createDirectory(directory.resolve("full"));
    Process process =
        process(out, "/bin/bash", "-c", "ulimit -f 0; exec \"$@\"", "limited").start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(3, process.waitFor(), said);
    assertTrue(said.contains("recipe.json"), said);
    try (Stream<Path> left = Files.list(out)) {
      assertEquals(List.of(), left.toList(), said);
    }
  }

  /** A limit on the size of files, where the shell has one: the step's checkpoint does not fit. */
  @Test
  void should_keep_the_checkpoint_before_when_the_next_cannot_be_written() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash here");
    Path out = directory.resolve("full");
    String limited = "ulimit -f 100; exec \"$@\"";
    Process process = process(out, "/bin/bash", "-c", limited, "limited").start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(10, TimeUnit.SECONDS));
    assertEquals(3, process.exitValue(), said);
    assertTrue(said.contains("error: write: "), said);
    assertTrue(said.contains("training.safetensors: "), said);
    assertFalse(Files.exists(out.resolve("model.safetensors")));
    Process again = process(out).start();
    String rest = new String(again.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, again.waitFor(), rest);
    Path whole = directory.resolve("whole");
    TrainingProcess.run(
        whole, new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    assertArrayEquals(weights(whole), weights(out));
  }
}
