package vitrine.tests.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import vitrine.engine.hooks.Plan;
import vitrine.engine.io.Npy;
import vitrine.weights.Checkpoint;

/** The edits of a fixture: their text names files by a key, and the files are expected tensors. */
final class EditFiles {
  /**
   * Expected tensors of this prefix are what another run stored; {@code from} finds them by their
   * site.
   */
  private static final String STORED_BY_A_RUN = "from/";

  private EditFiles() {}

  /**
   * Adds {@code SITE=EDIT}; its files are written to where the text can name them.
   *
   * @param files key of a file to the name of the expected tensor that it holds
   */
  static Plan edited(
      Plan plan, String text, Map<String, String> files, Checkpoint expected, Path scratch)
      throws IOException {
    String named = text;
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path folder = Files.createTempDirectory(scratch, "edit");
      boolean stored = file.getValue().startsWith(STORED_BY_A_RUN);
      String name = stored ? file.getValue().substring(STORED_BY_A_RUN.length()) : file.getKey();
      Path npy = folder.resolve(name + ".npy");
      float[] values = expected.floats(file.getValue());
      Npy.write(
          npy,
          expected.info(file.getValue()).shape().stream().mapToLong(Long::longValue).toArray(),
          (offset, to, at, length) ->
              System.arraycopy(values, Math.toIntExact(offset), to, at, length));
      named = named.replace("@" + file.getKey(), (stored ? folder : npy).toString());
    }
    Plan.EditOf step = Plan.EditOf.parse(named);
    return plan.edit(step.site(), step.edit());
  }
}
