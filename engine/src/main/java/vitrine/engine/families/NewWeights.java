package vitrine.engine.families;

import java.util.Set;
import vitrine.engine.models.ModelFiles;

/**
 * What new weights depend on beside their names and shapes, as the family reads it from a config.
 *
 * @param layers number of blocks
 * @param paddingRows of the token table, which the reference sets to zero
 */
public record NewWeights(int layers, Set<Integer> paddingRows) {
  public NewWeights {
    paddingRows = Set.copyOf(paddingRows);
  }

  /**
   * Those of a model.
   *
   * @throws vitrine.engine.InputException when its config is of no family, or not as that has it
   */
  public static NewWeights of(ModelFiles files) {
    Config config = new Config(files.config(), files.name());
    return Family.of(config).newWeights(config);
  }
}
