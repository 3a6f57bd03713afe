package vitrine.engine.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static vitrine.engine.hooks.Errors.assertRefused;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EditTest {
  @ParameterizedTest
  @CsvSource({
    "zero,zero",
    "mean,mean",
    "uniform,uniform",
    "scale:0.5,scale:0.5",
    "scale:-2,scale:-2",
    "set:1.5,set:1.5",
    "set:1e-3,set:0.001",
    "set:-0,set:-0.0",
    "set:+.5,set:0.5",
    "noise:0.1,noise:0.1",
    "mean:a/b.npy,mean:a/b.npy",
    "set:b.npy,set:b.npy",
    "set:1.npy,set:1.npy",
    "add:x=y:z.npy,add:x=y:z.npy",
    "from:runs/other,from:runs/other",
    "skip,skip",
    "resample:3,resample:3",
  })
  void should_read_and_print_when_the_text_is_an_edit(String text, String canonical) {
    Edit edit = Edit.parse(text);
    assertEquals(canonical, edit.toString());
    assertEquals(edit, Edit.parse(canonical));
  }

  @Test
  void should_equal_the_parsed_text_when_made_in_code() {
    assertEquals(Edit.parse("zero"), Edit.zero());
    assertEquals(Edit.parse("mean"), Edit.mean());
    assertEquals(Edit.parse("mean:m.npy"), Edit.mean(Path.of("m.npy")));
    assertEquals(Edit.parse("uniform"), Edit.uniform());
    assertEquals(Edit.parse("scale:0.1"), Edit.scale(0.1f));
    assertEquals(Edit.parse("set:3"), Edit.set(3));
    assertEquals(Edit.parse("set:s.npy"), Edit.set(Path.of("s.npy")));
    assertEquals(Edit.parse("add:a.npy"), Edit.add(Path.of("a.npy")));
    assertEquals(Edit.parse("noise:2"), Edit.noise(2));
    assertEquals(Edit.parse("from:d"), Edit.from(Path.of("d")));
    assertEquals(Edit.parse("skip"), Edit.skip());
    assertEquals(Edit.parse("resample: 1, 0"), Edit.resample(1, 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "zeros",
        "zero:",
        "zero:1",
        "skip:1",
        "resample",
        "resample:",
        "resample:1,",
        "resample:-1",
        "uniform:1",
        "mean:",
        "mean:a.txt",
        "scale",
        "scale:",
        "scale:x",
        "scale:NaN",
        "scale:inf",
        "scale:1e39",
        "scale:1f",
        "scale:0x1p3",
        "set:",
        "set:nan",
        "set:-Infinity",
        "set:word",
        "add:1.5",
        "noise:-1",
        "noise:inf",
        "from:",
        "from:a\u0000b",
        "custom:mine",
        "zero zero"
      })
  void should_refuse_in_one_line_when_it_is_no_edit(String text) {
    assertRefused(() -> Edit.parse(text), "edit: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "blocks.0.attn.z[head=5]=zero | blocks.0.attn.z[head=5] | zero",
        "embed=set:a=b.npy | embed | set:a=b.npy",
        "embed = scale:2 | embed | scale:2",
        "blocks.*.attn.pattern[query=2,key={0,1}]=uniform | blocks.*.attn.pattern[query=2,key={0,1}] | uniform",
        "embed=from:x[1]=y | embed | from:x[1]=y",
      })
  void should_split_at_the_first_equals_outside_brackets_when_reading_an_edit_of_a_site(
      String text, String site, String edit) {
    Plan.EditOf step = Plan.EditOf.parse(text);
    assertEquals(site, step.site().name());
    assertEquals(edit, step.edit().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "embed", "=zero", "embed=", "blocks.0.attn.z[head=5]", "embed[=zero"})
  void should_refuse_when_there_is_no_site_or_no_edit(String text) {
    assertRefused(() -> Plan.EditOf.parse(text));
  }

  @Test
  void should_refuse_when_the_edit_makes_no_sense_there() {
    Architecture model = Models.bert(Head.SEQUENCE, 3);
    assertRefused(
        () -> Edit.uniform().validate(Site.scores(0), model), "blocks.0.attn.scores=uniform");
    assertRefused(
        () -> Edit.skip().validate(Site.mlpOut(0), model), "expected blocks.N.resid_post");
    Edit.skip().validate(Site.residPost(0).position(1), model);
    assertRefused(() -> Edit.mean().validate(Site.pooled(), model), "no positions");
    assertRefused(() -> Edit.mean().validate(Site.logits(), model), "no positions");
    assertRefused(
        () -> Edit.zero().validate(Site.of(WeightSite.W_E), model), "a weight", "not edited");
    Edit.uniform().validate(Site.pattern(0).head(1), model);
    Edit.mean().validate(Site.pattern(0), model);
    Edit.mean().validate(Site.z(0), model);
    Edit.mean().validate(Site.logits(), Models.bert(Head.TOKENS, 3));
  }

  @Test
  void should_keep_the_function_when_custom() {
    EditFunction function = (value, context) -> context.kernels().fill(value, 1);
    Edit edit = Edit.custom("ones", function);
    assertEquals("custom:ones", edit.toString());
    assertEquals(function, assertInstanceOf(Edit.Custom.class, edit).function());
  }
}
