package vitrine.engine.hooks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static vitrine.engine.hooks.Errors.assertRefused;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.engine.io.Npy;
import vitrine.engine.io.NpyArray;
import vitrine.kernels.Shape;

final class EditFilesTest {
  /** The shape of z in {@link Models#gpt2()} for 2 texts of 5 tokens. */
  private static final Shape Z = Shape.of(2, 5, 3, 4);

  private final Architecture model = Models.gpt2();
  @TempDir private Path directory;

  /** Elements 0, 1, 2 and so on. */
  private Path counted(String name, long... shape) {
    Path file = directory.resolve(name);
    Npy.write(
        file,
        shape,
        (offset, to, at, length) -> {
          for (int i = 0; i < length; i++) {
            to[at + i] = offset + i;
          }
        });
    return file;
  }

  private EditStep only(Site site, Edit edit) {
    CompiledPlan plan = Plan.of(model).edit(site, edit).compile(model);
    plan.check(2, 5);
    return plan.edits().getFirst();
  }

  @Test
  void should_repeat_from_the_right_when_the_file_has_fewer_axes() {
    Path file = counted("k.npy", 4);
    EditStep step = only(Site.z(0).head(1).position(2), Edit.set(file));
    assertArrayEquals(new float[] {0, 1, 2, 3, 0, 1, 2, 3}, step.values(Z));
    Path byPosition = counted("t.npy", 5, 1, 1);
    float[] values = only(Site.z(0).head(1), Edit.add(byPosition)).values(Z);
    for (int i = 0; i < values.length; i++) {
      assertEquals(i / 4 % 5, values[i], "element " + i);
    }
    float[] all = only(Site.z(0), Edit.mean(counted("one.npy"))).values(Z);
    assertArrayEquals(new float[2 * 5 * 3 * 4], all);
  }

  @Test
  void should_agree_with_counting_by_hand_when_any_axes_repeat() {
    Random random = new Random(5);
    for (int trial = 0; trial < 200; trial++) {
      int[] to = random.ints(4, 1, 5).toArray();
      int rank = random.nextInt(5);
      long[] from = new long[rank];
      int size = 1;
      for (int axis = 0; axis < rank; axis++) {
        from[axis] = random.nextBoolean() ? 1 : to[4 - rank + axis];
        size *= (int) from[axis];
      }
      float[] values = new float[size];
      for (int i = 0; i < size; i++) {
        values[i] = random.nextFloat();
      }
      float[] out = Broadcast.expand(new NpyArray(from, values), Shape.of(to), "test");
      for (int i = 0; i < out.length; i++) {
        int rest = i;
        int at = 0;
        int stride = 1;
        for (int axis = 3; axis >= 0; axis--) {
          int index = rest % to[axis];
          rest /= to[axis];
          int own = axis - (4 - rank);
          if (own >= 0) {
            at += (from[own] == 1 ? 0 : index) * stride;
            stride *= (int) from[own];
          }
        }
        assertEquals(values[at], out[i]);
      }
    }
  }

  @Test
  void should_say_both_shapes_when_a_file_does_not_broadcast() {
    for (long[] shape : new long[][] {{3}, {2, 4}, {1, 1, 1, 1, 4}, {0}}) {
      Path file = counted("bad.npy", shape);
      CompiledPlan plan = Plan.of(model).edit(Site.z(0).head(1), Edit.set(file)).compile(model);
      assertRefused(
          () -> plan.check(2, 5), "bad.npy", NpyArray.shapeText(shape), "(2,5,1,4)", "broadcasts");
    }
  }

  @Test
  void should_fail_before_the_run_when_a_file_is_missing() {
    Path missing = directory.resolve("missing.npy");
    assertRefused(
        () -> Plan.of(model).edit(Site.z(0), Edit.set(missing)).compile(model), "no such file");
    assertRefused(
        () -> Plan.of(model).edit(Site.z(0).head(1), Edit.from(directory)).compile(model),
        "blocks.0.attn.z[head=1].npy",
        " or ",
        "blocks.0.attn.z.npy");
    assertRefused(
        () -> Plan.of(model).edit(Site.embed(), Edit.from(directory)).compile(model), "embed.npy");
  }

  @Test
  void should_take_the_slice_of_the_whole_file_when_the_other_run_stored_the_whole() {
    counted("blocks.0.attn.z.npy", 2, 5, 3, 4);
    counted("blocks.1.attn.z.npy", 2, 5, 3, 4);
    Site site = Site.z(Layers.range(0, 2)).head(-1).positions(Indices.list(3, 0));
    CompiledPlan plan = Plan.of(model).edit(site, Edit.from(directory)).compile(model);
    plan.check(2, 5);
    assertEquals(2, plan.edits().size());
    assertArrayEquals(
        new float[] {44, 45, 46, 47, 8, 9, 10, 11, 104, 105, 106, 107, 68, 69, 70, 71},
        plan.edits().get(1).values(Z));
  }

  @Test
  void should_take_the_file_of_the_very_slice_when_there_is_one() {
    counted("blocks.0.attn.z.npy", 2, 5, 3, 4);
    counted("blocks.0.attn.z[head=1].npy", 2, 5, 1, 4);
    float[] values = only(Site.z(0).head(1), Edit.from(directory)).values(Z);
    assertEquals(40, values.length);
    assertEquals(39, values[39]);
  }

  @Test
  void should_refuse_when_the_other_run_was_of_another_length() {
    counted("blocks.0.attn.z.npy", 1, 5, 3, 4);
    CompiledPlan plan = Plan.of(model).edit(Site.z(0).head(1), Edit.from(directory)).compile(model);
    assertRefused(() -> plan.check(2, 5), "(1,5,3,4)", "(2,5,3,4)");
    assertRefused(() -> plan.check(1, 6), "(1,5,3,4)", "(1,6,3,4)");
    plan.check(1, 5);
  }

  @Test
  void should_have_no_values_when_the_edit_has_no_file() {
    EditStep step = only(Site.z(0), Edit.zero());
    assertThrows(IllegalStateException.class, () -> step.values(Z));
  }
}
