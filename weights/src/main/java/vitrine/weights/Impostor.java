package vitrine.weights;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import vitrine.weights.WeightsException.Kind;

/**
 * Files that are given in place of safetensors by mistake, told by their first bytes.
 *
 * @param kind the error's kind
 * @param what what the file is, as in "this is a ..."
 * @param remedy the way out
 */
record Impostor(Kind kind, String what, String remedy) {
  /** How much of a file {@link #recognize} wants to see. */
  static final int LOOK = 512;

  static final String CONVERT =
      "Convert it in Python: AutoModel.from_pretrained(DIR).save_pretrained(NEW,"
          + " safe_serialization=True).";

  private static final String CHOOSE = "Give the .safetensors file or its directory.";

  /** Tells what a file that is no safetensors file is; null when nothing is known of it. */
  static @Nullable Impostor recognize(byte[] start) {
    if (starts(start, 'P', 'K', 3, 4) || starts(start, 'P', 'K', 5, 6)) {
      return latin(start).contains(".pkl")
          ? new Impostor(Kind.PICKLE, "a PyTorch pickle (zip archive)", CONVERT)
          : new Impostor(Kind.ARCHIVE, "a zip archive", "Unpack it first.");
    }
    if (starts(start, 0x1f, 0x8b)
        || starts(start, 0xfd, '7', 'z')
        || starts(start, '7', 'z', 0xbc)) {
      return new Impostor(Kind.ARCHIVE, "a compressed archive", "Unpack it first.");
    }
    if (latin(start).startsWith("ustar", 257)) {
      return new Impostor(Kind.ARCHIVE, "a tar archive", "Unpack it first.");
    }
    if (start.length > 1 && start[0] == (byte) 0x80 && start[1] >= 2 && start[1] <= 5) {
      return new Impostor(Kind.PICKLE, "a Python pickle", CONVERT);
    }
    if (starts(start, 'G', 'G', 'U', 'F')) {
      return new Impostor(
          Kind.GGUF, "a GGUF file of llama.cpp", "Take the safetensors files it was made from.");
    }
    if (starts(start, 0x93, 'N', 'U', 'M', 'P', 'Y')) {
      return new Impostor(Kind.NUMPY, "a NumPy array", CHOOSE);
    }
    if (starts(start, 0x89, 'H', 'D', 'F')) {
      return new Impostor(Kind.HDF5, "an HDF5 file of TensorFlow", CONVERT);
    }
    return recognizeText(latin(start));
  }

  private static @Nullable Impostor recognizeText(String start) {
    if (start.startsWith("version https://git-lfs")) {
      return new Impostor(
          Kind.LFS_POINTER,
          "a Git LFS pointer, not the file it points to",
          "Fetch the file: git lfs pull.");
    }
    String text = (start.startsWith("\u00ef\u00bb\u00bf") ? start.substring(3) : start).strip();
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.startsWith("<!doctype")
        || lower.startsWith("<html")
        || lower.startsWith("<?xml")
        || lower.startsWith("<!--")
        || lower.startsWith("<head")) {
      return new Impostor(
          Kind.HTML, "a web page", "The download went wrong: fetch the file itself, not its page.");
    }
    boolean printable = text.chars().allMatch(c -> c >= ' ' || Character.isWhitespace(c));
    if (printable && (text.startsWith("{") || text.startsWith("["))) {
      return new Impostor(Kind.JSON_TEXT, "a JSON text", CHOOSE);
    }
    return null;
  }

  private static String latin(byte[] start) {
    return new String(start, StandardCharsets.ISO_8859_1);
  }

  private static boolean starts(byte[] start, int... magic) {
    byte[] bytes = new byte[magic.length];
    for (int at = 0; at < magic.length; at++) {
      bytes[at] = (byte) magic[at];
    }
    return start.length >= bytes.length
        && Arrays.equals(start, 0, bytes.length, bytes, 0, bytes.length);
  }
}
