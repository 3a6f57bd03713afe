package vitrine.engine.conllu;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import vitrine.engine.InputException;
import vitrine.engine.io.TextFile;

/** Reads treebanks, plain or gzip, strictly: what the format does not allow is an error. */
public final class ConlluFile {
  private ConlluFile() {}

  /**
   * All sentences, in order.
   *
   * @throws InputException at the first line that is wrong, naming it; for a file without sentences
   */
  public static List<Sentence> read(Path file) {
    List<Sentence> sentences = new ArrayList<>();
    forEach(file, sentences::add);
    return sentences;
  }

  /**
   * Hands over sentence by sentence, and holds no more than one.
   *
   * @throws InputException as {@link #read}; sentences before that line have been handed over by
   *     then
   */
  public static void forEach(Path file, Consumer<Sentence> sentences) {
    SentenceReader reader = new SentenceReader(file.toString(), sentences);
    TextFile.forEachLine("conllu", file, reader::line);
    reader.end();
  }
}
