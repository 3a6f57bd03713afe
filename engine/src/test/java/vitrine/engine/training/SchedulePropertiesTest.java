package vitrine.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import vitrine.engine.InputException;

final class SchedulePropertiesTest {
  @Property
  void should_rise_then_fall_when_there_is_a_warm_up(
      @ForAll Schedule.Shape shape,
      @ForAll @IntRange(max = 200) int warmup,
      @ForAll @IntRange(min = 1, max = 300) int steps,
      @ForAll @DoubleRange(max = 1) double end) {
    Schedule schedule = new Schedule(shape, new Schedule.Warmup.Steps(warmup), end);
    double before = 0;
    for (int step = 1; step <= steps; step++) {
      double now = schedule.factor(step, steps);
      assertTrue(now > 0 || (end == 0 && step > warmup + 1), "step " + step + ": " + now);
      assertTrue(now <= 1, "step " + step + ": " + now);
      if (step <= warmup) {
        assertEquals((double) step / warmup, now, 1e-12);
        assertTrue(now > before, "rises at step " + step);
      } else if (step == warmup + 1) {
        assertEquals(1, now, 1e-12);
      } else {
        assertTrue(now <= before, "falls at step " + step);
        assertTrue(now >= Math.min(end, 1), "step " + step + " below the end: " + now);
      }
      before = now;
    }
  }

  @Example
  void should_have_the_values_of_the_formulas_when_computed() {
    Schedule linear = new Schedule(Schedule.Shape.LINEAR, new Schedule.Warmup.Fraction(0.2), 0);
    double[] rises = {0.5, 1, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125};
    Schedule cosine = Schedule.cosine(0, 0.1);
    for (int step = 1; step <= 10; step++) {
      assertEquals(rises[step - 1], linear.factor(step, 10), 1e-12, "step " + step);
      double half = (1 + Math.cos(Math.PI * (step - 1) / 10.0)) / 2;
      assertEquals(0.1 + 0.9 * half, cosine.factor(step, 10), 1e-12, "step " + step);
      assertEquals(1, Schedule.constant().factor(step, 10));
    }
  }

  /**
   * What {@code get_linear_schedule_with_warmup} and {@code get_cosine_schedule_with_warmup} of
   * transformers 5.23 give with {@code num_warmup_steps=3, num_training_steps=10}.
   */
  @Example
  void should_be_as_in_transformers_when_it_falls() {
    double[] linear = {
      0.0,
      0.3333333333333333,
      0.6666666666666666,
      1.0,
      0.8571428571428571,
      0.7142857142857143,
      0.5714285714285714,
      0.42857142857142855,
      0.2857142857142857,
      0.14285714285714285
    };
    double[] cosine = {
      0.0,
      0.3333333333333333,
      0.6666666666666666,
      1.0,
      0.9504844339512095,
      0.8117449009293668,
      0.6112604669781572,
      0.38873953302184283,
      0.18825509907063326,
      0.04951556604879048
    };
    Schedule.Warmup warmup = new Schedule.Warmup.Steps(3);
    Schedule line = new Schedule(Schedule.Shape.LINEAR, warmup, 0);
    Schedule half = new Schedule(Schedule.Shape.COSINE, warmup, 0);
    for (int step = 4; step <= 10; step++) {
      assertEquals(linear[step - 1], line.factor(step, 10), 1e-15, "linear, step " + step);
      assertEquals(cosine[step - 1], half.factor(step, 10), 1e-15, "cosine, step " + step);
    }
    // The way up is one step ahead.
    for (int step = 1; step <= 3; step++) {
      assertEquals(linear[step], line.factor(step, 10), 1e-15, "step " + step);
      assertEquals(cosine[step], half.factor(step, 10), 1e-15, "step " + step);
    }
  }

  @Example
  void should_refuse_when_a_number_makes_no_sense() {
    assertThrows(InputException.class, () -> Schedule.linear(1.5));
    assertThrows(InputException.class, () -> Schedule.cosine(0.1, -1));
    assertThrows(InputException.class, () -> new Schedule.Warmup.Steps(-1));
  }
}
