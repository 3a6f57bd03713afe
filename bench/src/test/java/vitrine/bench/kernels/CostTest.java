package vitrine.bench.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class CostTest {
  @Test
  void should_count_multiplications_and_additions_when_a_product() {
    assertEquals(2.0 * 2 * 3 * 5, Cost.of("Products", "forward", "2x3x5", "").flops());
    assertEquals(4.0 * (6 + 15 + 10), Cost.of("Products", "forward", "2x3x5", "").bytes());
  }

  /** Three positions under a causal mask are 1 + 2 + 3 pairs, not nine. */
  @Test
  void should_count_the_lower_half_when_causal() {
    double all = Cost.of("Attentions", "forward", "1x3", "BIDIRECTIONAL").flops();
    double causal = Cost.of("Attentions", "forward", "1x3", "CAUSAL").flops();
    assertEquals(2.0 * 2 * 9 * 768, all);
    assertEquals(all * 6 / 9, causal, 1e-6);
  }
}
