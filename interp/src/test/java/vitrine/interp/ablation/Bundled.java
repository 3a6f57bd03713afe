package vitrine.interp.ablation;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import vitrine.engine.bundled.InductionModel;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.Texts;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;

/** The bundled model, whose heads are known (docs/induction-model.md), and texts for it. */
final class Bundled implements AutoCloseable {
  static final List<String> TEXTS =
      List.of(
          "the red cat saw a bird . the red cat",
          "a green bird saw the cat . a green bird",
          "the cat saw a bird . the cat",
          "a bird saw the red cat . a bird",
          "the green cat saw the bird . the green cat",
          "a cat saw a bird",
          "the bird saw the red cat . the bird saw");

  private final Kernels kernels = Backends.open("auto", 1, note -> {});
  private final ModelFiles files = new InductionModel().files();
  private final Model model =
      ModelLoader.load(files, Optional.empty(), kernels, note -> {}, Precision.F32);

  Model model() {
    return model;
  }

  ModelFiles files() {
    return files;
  }

  static Texts texts(List<String> texts) {
    Tokenizer tokenizer = new InductionModel().tokenizer();
    List<Example> examples =
        texts.stream().map(text -> Example.of(tokenizer.encode(text).ids())).toList();
    return new Texts(
        Inputs.batch(examples),
        examples.stream()
            .map(example -> Arrays.stream(example.ids()).mapToObj(tokenizer::token).toList())
            .toList());
  }

  AblationResult run(Texts texts, AblationSpec spec) {
    return run(texts, spec, null, Watch.NOBODY);
  }

  AblationResult run(Texts texts, AblationSpec spec, int threads) {
    return Ablation.run(
        model,
        files,
        texts,
        spec,
        null,
        new Ablation.Effort(1L << 30, threads),
        Watch.NOBODY,
        "test");
  }

  AblationResult run(
      Texts texts, AblationSpec spec, Ablation.@Nullable Reference reference, Watch watch) {
    return Ablation.run(
        model, files, texts, spec, reference, new Ablation.Effort(1L << 30, 2), watch, "test");
  }

  @Override
  public void close() {
    model.close();
    kernels.close();
    files.close();
  }
}
