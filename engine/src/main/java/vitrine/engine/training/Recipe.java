package vitrine.engine.training;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Dropout;
import vitrine.engine.hooks.Saving;

/**
 * Everything that decides on a training but the model and the data: the same recipe, model and data
 * on the same backend give the same weights, bit by bit.
 *
 * @param dropout one rate for all places, in the stead of the model's own; null for those
 * @param seed of the order of examples, of masking, of dropout and of new weights
 */
public record Recipe(
    Objective objective,
    Extent extent,
    Batching batching,
    AdamSettings optimizer,
    Schedule schedule,
    @Nullable Double dropout,
    Watch watch,
    Saving saving,
    long seed) {
  public Recipe {
    // As a float32, which is what it is computed with.
    if (dropout != null && !(dropout >= 0 && dropout.floatValue() < 1)) {
      throw new InputException(
          "recipe: dropout: " + dropout + "; expected 0 or more and less than 1, or null.");
    }
  }

  /** A start for training a language model on text. */
  public static Recipe forText(Objective objective) {
    return new Recipe(
        objective,
        Extent.epochs(1),
        new Batching(8, 1, 128),
        AdamSettings.of(5e-4),
        Schedule.cosine(0.05, 0.1),
        null,
        new Watch(500, 500, null, Measure.LOSS, Watch.Keep.LAST),
        Saving.KEEP,
        0);
  }

  /** A start for fine-tuning on labels (Devlin et al. 2019, A.3). */
  public static Recipe forLabels() {
    return new Recipe(
        Objective.LABELS,
        Extent.epochs(3),
        new Batching(16, 1, null),
        AdamSettings.of(5e-5),
        Schedule.linear(0.1),
        null,
        Watch.EPOCHS,
        Saving.KEEP,
        0);
  }

  public Recipe with(Extent other) {
    return new Recipe(
        objective, other, batching, optimizer, schedule, dropout, watch, saving, seed);
  }

  public Recipe with(Batching other) {
    return new Recipe(objective, extent, other, optimizer, schedule, dropout, watch, saving, seed);
  }

  public Recipe with(AdamSettings other) {
    return new Recipe(objective, extent, batching, other, schedule, dropout, watch, saving, seed);
  }

  public Recipe with(Schedule other) {
    return new Recipe(objective, extent, batching, optimizer, other, dropout, watch, saving, seed);
  }

  public Recipe with(Watch other) {
    return new Recipe(
        objective, extent, batching, optimizer, schedule, dropout, other, saving, seed);
  }

  public Recipe with(Saving other) {
    return new Recipe(
        objective, extent, batching, optimizer, schedule, dropout, watch, other, seed);
  }

  public Recipe withDropout(@Nullable Double other) {
    return new Recipe(objective, extent, batching, optimizer, schedule, other, watch, saving, seed);
  }

  public Recipe withSeed(long other) {
    return new Recipe(
        objective, extent, batching, optimizer, schedule, dropout, watch, saving, other);
  }

  /** The rates of this training, given the model's own. */
  public Dropout rates(Dropout ofModel) {
    if (dropout == null) {
      return ofModel;
    }
    float rate = dropout.floatValue();
    return new Dropout(rate, rate, rate, rate);
  }

  /** As JSON, one key a line; {@link #fromJson} reads it. */
  public String toJson() {
    return RecipeJson.write(this).toPrettyString();
  }

  /**
   * Reads a recipe; what it leaves out is as {@link #forText} and {@link #forLabels} have it.
   *
   * @throws InputException naming the key that is wrong or unknown
   */
  public static Recipe fromJson(String json) {
    return RecipeJson.read(json);
  }

  static String label(Saving saving) {
    return saving.name().toLowerCase(Locale.ROOT);
  }
}
