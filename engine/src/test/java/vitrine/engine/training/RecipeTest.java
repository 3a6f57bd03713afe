package vitrine.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Saving;

final class RecipeTest {
  private static final List<Recipe> RECIPES =
      List.of(
          Recipe.forText(Objective.NEXT),
          Recipe.forText(Objective.MASKED),
          Recipe.forLabels(),
          Recipe.forLabels()
              .with(Extent.epochs(2.5))
              .with(new Batching(3, 7, 99))
              .with(new AdamSettings(1e-3, 0.8, 0.95, 1e-6, 0, null))
              .with(new Schedule(Schedule.Shape.CONSTANT, new Schedule.Warmup.Steps(11), 0.5))
              .with(new Watch(null, 4, 2, Measure.F1, Watch.Keep.BEST, null))
              .with(Saving.RECOMPUTE)
              .withDropout(0.25)
              .withSeed(Long.MIN_VALUE));

  @Test
  void should_be_the_same_when_read_back_from_json() {
    for (Recipe recipe : RECIPES) {
      assertEquals(recipe, Recipe.fromJson(recipe.toJson()), recipe.toJson());
    }
  }

  @Test
  void should_be_as_usual_where_the_json_says_nothing() {
    assertEquals(Recipe.forText(Objective.NEXT), Recipe.fromJson("{}"));
    assertEquals(Recipe.forLabels(), Recipe.fromJson("{\"objective\":\"labels\"}"));
    assertEquals(
        Recipe.forText(Objective.MASKED).with(Extent.steps(7)),
        Recipe.fromJson("{\"objective\":\"mlm\",\"steps\":7}"));
    assertEquals(
        new AdamSettings(5e-4, 0.9, 0.999, 1e-8, 0.01, null),
        Recipe.fromJson("{\"clip\":null}").optimizer());
  }

  @Test
  void should_name_the_key_when_it_is_wrong() {
    refused("{\"bach\":3}", "bach: no such key", "batch");
    refused("{\"batch\":0}", "batch: 0");
    refused("{\"batch\":1.5}", "batch: 1.5; expected a whole number");
    refused("{\"objective\":\"mlmm\"}", "objective: \"mlmm\"; expected one of next, mlm, labels");
    refused("{\"steps\":3,\"epochs\":1}", "steps and epochs");
    refused("{\"steps\":0}", "steps: 0");
    refused("{\"epochs\":0}", "epochs: 0");
    refused("{\"warmup_steps\":3,\"warmup_fraction\":0.1}", "warmup_steps and warmup_fraction");
    refused("{\"learning_rate\":0}", "learning_rate: 0");
    refused("{\"learning_rate\":\"high\"}", "learning_rate: \"high\"; expected a number");
    refused("{\"beta2\":1}", "beta2: 1");
    refused("{\"eps\":0}", "eps: 0");
    refused("{\"dropout\":1}", "dropout: 1");
    refused("{\"patience\":0}", "patience: 0");
    refused("{\"loss_limit\":1}", "loss_limit: 1.0; expected more than 1");
    refused("{\"seed\":1e30}", "seed: ");
    refused("{\"seed\":1,\"seed\":2}", "recipe: JSON: ");
    refused("{\"seed\":1} x", "recipe: JSON: ");
    refused("[]", "not a JSON object");
  }

  private static void refused(String json, String... fragments) {
    String message =
        String.valueOf(
            assertThrows(InputException.class, () -> Recipe.fromJson(json)).getMessage());
    assertTrue(message.startsWith("recipe: "), message);
    assertEquals(1, message.lines().count(), message);
    for (String fragment : fragments) {
      assertTrue(message.contains(fragment), fragment + " in: " + message);
    }
  }
}
