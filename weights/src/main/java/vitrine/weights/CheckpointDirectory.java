package vitrine.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import vitrine.weights.WeightsException.Kind;

/** Finds the checkpoint in a directory, or says what is there instead. */
final class CheckpointDirectory {
  static final String SINGLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  private CheckpointDirectory() {}

  /** The file to open: the single one before the index, as transformers has it. */
  static Path find(Path directory) {
    for (String name : List.of(SINGLE, INDEX)) {
      // A link to nowhere counts: opening it says more than that there is no checkpoint.
      if (Files.exists(directory.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
        return directory.resolve(name);
      }
    }
    throw nothing(directory);
  }

  private static WeightsException nothing(Path directory) {
    List<String> names = names(directory);
    String actual;
    String remedy;
    List<String> safetensors = ending(names, ".safetensors");
    List<String> torch = ending(names, ".bin", ".pt", ".pth", ".h5", ".msgpack");
    List<String> gguf = ending(names, ".gguf");
    if (!safetensors.isEmpty()) {
      actual = "has no " + SINGLE + " and no index, but " + listed(safetensors);
      remedy = "Give that file's path, or add the index that came with the shards.";
    } else if (!torch.isEmpty()) {
      actual = "has no safetensors, only " + listed(torch) + ", which are not read here";
      remedy = Impostor.CONVERT;
    } else if (!gguf.isEmpty()) {
      actual = "has no safetensors, only " + listed(gguf) + " for llama.cpp";
      remedy = "Take the safetensors files it was made from.";
    } else {
      actual = names.isEmpty() ? "the directory is empty" : "holds no weights";
      remedy = "Check the path, or download the model again.";
    }
    return new WeightsException(
        Kind.NO_CHECKPOINT,
        "open checkpoint: %s: %s; expected %s or %s. %s"
            .formatted(Quote.of(directory), actual, SINGLE, INDEX, remedy));
  }

  private static List<String> ending(List<String> names, String... endings) {
    return names.stream().filter(name -> Stream.of(endings).anyMatch(name::endsWith)).toList();
  }

  private static String listed(List<String> names) {
    String first = Quote.plain(names.getFirst());
    return names.size() == 1 ? first : "%s and %d more".formatted(first, names.size() - 1);
  }

  private static List<String> names(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    } catch (IOException e) {
      throw new WeightsException(
          Kind.READ_FAILED,
          "open checkpoint: %s: %s; expected a readable directory. Check its permissions."
              .formatted(Quote.of(directory), Quote.reason(e)),
          e);
    }
  }
}
