package vitrine.app.training;

import java.nio.file.Path;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.ProgressBar;
import vitrine.app.terminal.Sizes;
import vitrine.engine.data.TokenizedText;

/** Tells a person how far the tokenizing of texts is. */
public final class ReadingView implements TokenizedText.Progress {
  private final ProgressBar bar;

  public ReadingView(Console console) {
    this.bar = new ProgressBar(console);
  }

  @Override
  public void at(Path file, long chars, long tokens) {
    // How much there is in all, packed files do not say.
    bar.show(() ->
        "tokenizing %s: %s characters, %s tokens so far"
            .formatted(
                OneLine.operand(file.toString()), Sizes.grouped(chars), Sizes.grouped(tokens)));
  }
}
