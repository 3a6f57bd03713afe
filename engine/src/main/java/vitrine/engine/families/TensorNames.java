package vitrine.engine.families;

/** Tensors' names as Hugging Face writes them today. */
public final class TensorNames {
  private TensorNames() {}

  /**
   * The name under which a tensor of a model with a head is saved: with the family's prefix, which
   * files of a bare model leave out, and with the present names of a LayerNorm's parts.
   *
   * @param family {@code gpt2} or {@code bert}
   * @param name as it was read
   */
  public static String ofSaved(String family, String name) {
    String present = name.replaceFirst("\\.gamma$", ".weight").replaceFirst("\\.beta$", ".bias");
    return switch (family) {
      case "gpt2" ->
          present.matches("(transformer|lm_head|score)\\..*") ? present : "transformer." + present;
      case "bert" -> {
        if (present.equals("cls.predictions.decoder.bias")) {
          yield "cls.predictions.bias";
        }
        yield present.matches("(bert|cls|classifier|qa_outputs)\\..*")
            ? present
            : "bert." + present;
      }
      default -> throw new IllegalArgumentException("no such family: " + family);
    };
  }
}
