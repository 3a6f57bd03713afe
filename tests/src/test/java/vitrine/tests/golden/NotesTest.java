package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;

/** What is said of tensors that no part of a model uses. */
final class NotesTest {
  @ParameterizedTest
  @ValueSource(strings = {"gpt2-buffers", "bert-first-files"})
  void should_name_an_extra_tensor_alone_when_masks_and_positions_are_stored_too(String name) {
    List<String> notes = load(name);
    assertEquals(1, notes.size(), notes::toString);
    assertTrue(notes.getFirst().contains("training.steps"), notes::toString);
    assertTrue(notes.getFirst().contains("1 tensor"), notes::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-lm", "gpt2-untied", "bert-bare", "bert-untied", "bert-qa"})
  void should_say_nothing_when_every_tensor_is_used(String name) {
    assertEquals(List.of(), load(name));
  }

  private static List<String> load(String name) {
    List<String> notes = new ArrayList<>();
    try (Kernels kernels = Backends.open("scalar", 1, notes::add);
        ModelFiles files = ModelFiles.open(GoldenCase.named(name).directory());
        Model model = ModelLoader.load(files, Optional.empty(), kernels, notes::add)) {
      assertTrue(model.facts().parameters() > 0);
    }
    return notes;
  }
}
