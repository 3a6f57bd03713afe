package vitrine.app.commands;

import java.util.Arrays;
import java.util.stream.IntStream;
import vitrine.engine.InputException;
import vitrine.engine.generation.Generator;
import vitrine.engine.generation.Sampling;
import vitrine.engine.hooks.Example;

/** A text with what the model writes next, the likeliest token each time. */
final class Continued {
  private Continued() {}

  /**
   * The text, longer. The model's last position bounds it: what would stand behind is not there.
   *
   * @param command for errors
   * @param most new tokens at most; an end-of-text token is the last
   * @throws InputException when the model predicts no next tokens, or has no room for one
   */
  static Example of(String command, LoadedModel loaded, Example example, int most) {
    Generator.Result result =
        Generator.generate(
            loaded.model(),
            example.ids(),
            most,
            Sampling.greedy(),
            loaded.files().endOfText(),
            _ -> {});
    int[] ids =
        IntStream.concat(
                Arrays.stream(example.ids()), result.ids().stream().mapToInt(Integer::intValue))
            .limit(loaded.model().architecture().positions())
            .toArray();
    if (ids.length == example.ids().length) {
      throw new InputException(
          command
              + ": --generate: the text has %d tokens, as many as the model has positions; expected room for more. Shorten it"
                  .formatted(ids.length));
    }
    return Example.of(ids);
  }
}
