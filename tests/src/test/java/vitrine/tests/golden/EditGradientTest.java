package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.EditFunction;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Saving;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.kernels.Kernels;
import vitrine.kernels.Tensor;
import vitrine.kernels.scalar.DoubleKernels;

/**
 * Gradients through edits that take a value from elsewhere, against central differences in double
 * precision: what passes a block by, and what another example gives.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EditGradientTest {
  private static final Inputs ROWS =
      Inputs.of(Example.of(5, 1, 3, 9, 11), Example.of(7, 2, 4), Example.of(6, 8, 10, 12));

  private final Kernels kernels = DoubleKernels.open();

  @AfterAll
  void close() {
    kernels.close();
  }

  private static ModelFiles files(String name) {
    return ModelFiles.open(GoldenCase.named(name).directory());
  }

  private Model load(ModelFiles files) {
    return ModelLoader.load(files, Optional.empty(), kernels, note -> {});
  }

  private static Plan plan(Model model, String edits) {
    Plan plan = Plan.of(model.architecture()).loss(Loss.logit(1, 7));
    for (String edit : edits.split(" ", -1)) {
      Plan.EditOf step = Plan.EditOf.parse(edit);
      plan = plan.edit(step.site(), step.edit());
    }
    return plan;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gpt2-odd | blocks.0.resid_post=skip",
        "bert-odd | blocks.0.resid_post=skip",
        "bert-odd | blocks.*.resid_post[pos=1]=skip",
        "bert-odd | blocks.1.resid_post=skip blocks.1.resid_pre=scale:2",
        "gpt2-odd | blocks.0.attn.z[head=1]=resample:2,0,0",
        "bert-odd | blocks.0.attn.z[head={0,2}]=resample:2,0,0",
        "gpt2-odd | blocks.1.mlp.post[neuron=3..7]=resample:1,2,0 blocks.1.resid_post=skip",
        "bert-odd | blocks.1.resid_pre[pos=1]=resample:1,1,1",
      })
  void should_be_what_the_loss_does_when_the_embeddings_are_nudged(String name, String edits) {
    try (ModelFiles files = files(name);
        Model model = load(files)) {
      Plan plan = plan(model, edits.strip()).gradient(Site.embedOut());
      double[] gradient;
      try (Trace trace = model.run(plan, ROWS)) {
        gradient = DoubleKernels.toDoubles(trace.gradient(Site.embedOut()));
      }
      try (Trace again = model.run(plan, ROWS, Saving.RECOMPUTE)) {
        assertArrayEquals(gradient, DoubleKernels.toDoubles(again.gradient(Site.embedOut())));
      }
      SplittableRandom random = new SplittableRandom(3);
      for (int direction = 0; direction < 4; direction++) {
        float[] step = new float[gradient.length];
        double expected = 0;
        for (int i = 0; i < step.length; i++) {
          step[i] = (float) (random.nextGaussian() * 1e-5);
          expected += step[i] * gradient[i];
        }
        double change = (value(model, edits, step, 1) - value(model, edits, step, -1)) / 2;
        assertEquals(expected, change, 1e-9 + 1e-6 * Math.abs(expected));
      }
    }
  }

  /** The sum over examples of the loss's logit, with the embeddings nudged. */
  private static double value(Model model, String edits, float[] step, int sign) {
    EditFunction nudge =
        (value, context) -> {
          Tensor by = context.kernels().upload(context.workspace(), value.shape(), step);
          context.kernels().scale(by, sign, by);
          context.kernels().add(value, by, value);
        };
    Plan plan =
        plan(model, edits.strip())
            .edit(Site.embedOut(), Edit.custom("nudge", nudge))
            .read(Site.logits());
    try (Trace trace = model.run(plan, ROWS)) {
      Tensor logits = trace.value(Site.logits());
      double[] all = DoubleKernels.toDoubles(logits);
      int width = logits.shape().dim(2);
      int length = logits.shape().dim(1);
      double sum = 0;
      for (int b = 0; b < 3; b++) {
        sum += all[(b * length + 1) * width + 7];
      }
      return sum;
    }
  }

  /** In GPT-2 a block that is passed by is one whose sublayers add nothing; in BERT it is not. */
  @Test
  void should_equal_zeros_for_both_sublayers_when_the_norms_stand_before_them() {
    for (String name : new String[] {"gpt2-odd", "bert-odd"}) {
      try (ModelFiles files = files(name);
          Model model = load(files)) {
        double[] passed = stream(model, "blocks.0.resid_post=skip");
        double[] zeros = stream(model, "blocks.0.attn_out=zero blocks.0.mlp_out=zero");
        double apart = 0;
        for (int i = 0; i < passed.length; i++) {
          apart = Math.max(apart, Math.abs(passed[i] - zeros[i]));
        }
        if (name.startsWith("gpt2")) {
          assertEquals(0, apart);
        } else {
          assertEquals(1, Math.signum(apart - 0.1), "BERT would normalise zeros too: " + apart);
        }
      }
    }
  }

  private static double[] stream(Model model, String edits) {
    try (Trace trace = model.run(plan(model, edits).read(Site.residPost(0)), ROWS)) {
      return DoubleKernels.toDoubles(trace.value(Site.residPost(0)));
    }
  }
}
