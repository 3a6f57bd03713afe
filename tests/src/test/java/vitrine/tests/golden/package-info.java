/**
 * The engine against numbers that were not made by it.
 *
 * <p>What enters: the fixtures under {@code src/test/resources/golden}, made by {@code
 * tests/generators/golden.py} from PyTorch and transformers in float64; outside the repository, a
 * trained sorter ({@code VITRINE_DATA}) and a real BERT ({@code VITRINE_MINILM}). What leaves:
 * agreement, with the largest error found, on every backend.
 *
 * <p>Reading order: {@link vitrine.tests.golden.GoldenCase} (a fixture), {@link
 * vitrine.tests.golden.GoldenTest} (all of them), {@link vitrine.tests.golden.GradientGoldenTest}
 * (their gradients), {@link vitrine.tests.golden.AdamWGoldenTest} (ten steps of training), then the
 * tests on real input, then {@link vitrine.tests.golden.ExactnessTest} (what the design promises
 * bit by bit).
 */
@NullMarked
package vitrine.tests.golden;

import org.jspecify.annotations.NullMarked;
