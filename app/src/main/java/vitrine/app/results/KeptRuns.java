package vitrine.app.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import vitrine.interp.PlannedRun;
import vitrine.interp.Repeatable;
import vitrine.weights.AtomicFile;

/**
 * What repeats the runs that a result is made of: {@code vitrine run --plan DIR/plan.0.json --input
 * DIR/texts.0.jsonl} gives the bits of the first.
 */
public final class KeptRuns {
  private KeptRuns() {}

  /**
   * Writes them.
   *
   * @param directory made if it is not there
   */
  public static void write(Repeatable result, Path directory) throws IOException {
    Files.createDirectories(directory);
    List<PlannedRun> runs = result.runs();
    for (int i = 0; i < runs.size(); i++) {
      AtomicFile.write(
          directory.resolve("plan." + i + ".json"), runs.get(i).plan().toJson() + "\n");
      AtomicFile.write(
          directory.resolve("texts." + i + ".jsonl"), ExampleLine.all(runs.get(i).texts()));
    }
  }
}
