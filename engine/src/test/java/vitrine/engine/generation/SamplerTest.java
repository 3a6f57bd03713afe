package vitrine.engine.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import vitrine.engine.InputException;

class SamplerTest {
  private static final float[] LOGITS = {0f, 2f, 1f, 2f, -1f};

  private static Set<Integer> picked(Sampling sampling) {
    Sampler sampler = new Sampler(sampling);
    Set<Integer> ids = new TreeSet<>();
    for (int i = 0; i < 2000; i++) {
      ids.add(sampler.pick(LOGITS));
    }
    return ids;
  }

  @Test
  void should_take_the_first_largest_when_greedy() {
    assertEquals(Set.of(1), picked(Sampling.greedy()));
  }

  @Test
  void should_take_only_the_k_largest_when_top_k() {
    assertEquals(Set.of(1, 2, 3), picked(Sampling.sampled(1, 5).withTopK(3)));
    assertEquals(Set.of(1), picked(Sampling.sampled(1, 5).withTopK(1)));
  }

  @Test
  void should_take_the_smallest_set_that_reaches_p_when_top_p() {
    // Probabilities 0.05, 0.38, 0.14, 0.38, 0.02: two tokens reach 0.7, three are needed for 0.8.
    assertEquals(Set.of(1, 3), picked(Sampling.sampled(1, 5).withTopP(0.7)));
    assertEquals(Set.of(1, 2, 3), picked(Sampling.sampled(1, 5).withTopP(0.8)));
  }

  @Test
  void should_follow_the_softmax_when_sampling_from_all() {
    Sampler sampler = new Sampler(Sampling.sampled(2, 11));
    int[] counts = new int[LOGITS.length];
    int draws = 200_000;
    for (int i = 0; i < draws; i++) {
      counts[sampler.pick(LOGITS)]++;
    }
    double total = 0;
    for (float logit : LOGITS) {
      total += Math.exp(logit / 2);
    }
    for (int id = 0; id < counts.length; id++) {
      // Five standard deviations of a share at 200,000 draws are below 0.0056.
      assertEquals(Math.exp(LOGITS[id] / 2) / total, counts[id] / (double) draws, 0.0056);
    }
  }

  @Test
  void should_name_the_token_when_a_logit_is_not_a_number() {
    InputException e =
        assertThrows(
            InputException.class,
            () -> new Sampler(Sampling.greedy()).pick(new float[] {1, Float.NaN}));
    assertTrue(String.valueOf(e.getMessage()).startsWith("generate: logits: NaN for token 1"));
  }

  @Test
  void should_refuse_settings_when_out_of_range() {
    assertThrows(IllegalArgumentException.class, () -> Sampling.sampled(0, 1));
    assertThrows(IllegalArgumentException.class, () -> Sampling.sampled(Double.NaN, 1));
    assertThrows(IllegalArgumentException.class, () -> Sampling.sampled(1, 1).withTopK(0));
    assertThrows(IllegalArgumentException.class, () -> Sampling.sampled(1, 1).withTopP(1.5));
  }
}
