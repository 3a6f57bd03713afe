package vitrine.engine.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static vitrine.engine.hooks.Errors.assertRefused;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LossTest {
  private static final Map<String, Loss> ALL =
      Map.ofEntries(
          Map.entry("next", Loss.next()),
          Map.entry("labels", Loss.labels()),
          Map.entry(
              "mlm:2=7,-1=9", Loss.maskedTokens(new Loss.Expected(2, 7), new Loss.Expected(-1, 9))),
          Map.entry("label:1", Loss.label(1)),
          Map.entry("value:2.5", Loss.value(2.5f)),
          Map.entry("logit:-1,42", Loss.logit(-1, 42)),
          Map.entry("logprob:3,42", Loss.logProbability(3, 42)),
          Map.entry("diff:3,42,7", Loss.difference(3, 42, 7)),
          Map.entry("class:2", Loss.classLogit(2)),
          Map.entry("start:4", Loss.start(4)),
          Map.entry("end:-2", Loss.end(-2)),
          Map.entry("classdiff:2,0", Loss.classDifference(2, 0)),
          Map.entry("startlogit:4", Loss.startLogit(4)),
          Map.entry("endlogit:-2", Loss.endLogit(-2)));

  @Test
  void should_read_and_print_when_the_text_is_a_loss() {
    ALL.forEach((text, loss) -> {
      assertEquals(loss, Loss.parse(text));
      assertEquals(text, loss.toString());
    });
    assertEquals(ALL.size(), Loss.class.getPermittedSubclasses().length);
    assertEquals(Loss.logit(1, 2), Loss.parse(" logit: 1 , 2 "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nexts",
        "next:",
        "next:1",
        "labels:2",
        "mlm",
        "mlm:",
        "mlm:2",
        "mlm:2=",
        "mlm:=3",
        "mlm:2=3,",
        "label:",
        "label:x",
        "label:1,2",
        "value:",
        "value:nan",
        "logit:1",
        "logit:1,2,3",
        "logit:1.0,2",
        "diff:1,2",
        "class",
        "start:",
        "end:a",
        "start:99999999999",
        "classdiff:1",
        "startlogit:",
        "endlogit:1,2"
      })
  void should_refuse_in_one_line_when_it_is_no_loss(String text) {
    assertRefused(() -> Loss.parse(text), "loss: ");
  }

  @Test
  void should_take_only_what_the_head_has_when_checked() {
    Map<Head, List<String>> taken =
        Map.of(
            Head.NONE, List.of(),
            Head.LANGUAGE, List.of("next", "labels", "logit:-1,42", "logprob:3,42", "diff:3,42,7"),
            Head.MASKED,
                List.of("labels", "mlm:2=7,-1=9", "logit:-1,42", "logprob:3,42", "diff:3,42,7"),
            Head.PRETRAINING,
                List.of(
                    "labels",
                    "mlm:2=7,-1=9",
                    "logit:-1,42",
                    "logprob:3,42",
                    "diff:3,42,7",
                    "label:1"),
            Head.NEXT_SENTENCE, List.of("labels", "label:1"),
            Head.SEQUENCE, List.of("labels", "label:1", "class:2", "classdiff:2,0"),
            Head.TOKENS, List.of("labels", "logit:-1,42", "logprob:3,42", "diff:3,42,7"),
            Head.QUESTION, List.of("labels", "start:4", "end:-2", "startlogit:4", "endlogit:-2"));
    for (Head head : Head.values()) {
      Architecture model =
          head == Head.LANGUAGE ? Models.gpt2() : Models.bert(head, head == Head.TOKENS ? 43 : 3);
      ALL.forEach((text, loss) -> {
        if (taken.getOrDefault(head, List.of()).contains(text)) {
          loss.validate(model);
        } else {
          assertRefused(() -> loss.validate(model), "loss: " + loss);
        }
      });
    }
    assertEquals(Head.values().length, taken.size());
  }

  @Test
  void should_refuse_when_a_token_or_class_is_out_of_range() {
    assertRefused(() -> Loss.logit(0, 101).validate(Models.gpt2()), "token 101", "0 to 100");
    assertRefused(() -> Loss.difference(0, 1, -1).validate(Models.gpt2()), "token -1");
    Architecture classes = Models.bert(Head.SEQUENCE, 3);
    assertRefused(() -> Loss.label(3).validate(classes), "class 3", "0 to 2");
    assertRefused(() -> Loss.classLogit(-1).validate(classes), "class -1");
    assertRefused(() -> Loss.classDifference(0, 3).validate(classes), "class 3");
    assertRefused(() -> Loss.parse("mlm:0=101").validate(Models.bert(Head.MASKED, 0)), "token 101");
    assertRefused(
        () -> Loss.logit(0, 5).validate(Models.bert(Head.TOKENS, 5)), "class 5", "0 to 4");
  }

  @Test
  void should_want_a_value_when_the_head_is_a_regression() {
    Architecture regression = Models.bert(Head.SEQUENCE, 1);
    Loss.value(0.5f).validate(regression);
    Loss.classLogit(0).validate(regression);
    assertRefused(() -> Loss.label(0).validate(regression), "value:X");
    assertRefused(() -> Loss.value(1).validate(Models.bert(Head.SEQUENCE, 2)), "label:K");
  }

  @Test
  void should_refuse_when_the_text_is_too_short_for_the_position() {
    Loss.logit(4, 0).check(5);
    assertRefused(() -> Loss.logit(5, 0).check(5), "position 5", "0 to 4");
    assertRefused(() -> Loss.start(-6).check(5), "position -6");
    assertRefused(() -> Loss.startLogit(5).check(5), "position 5");
    assertRefused(() -> Loss.endLogit(-6).check(5), "position -6");
    assertRefused(() -> Loss.parse("mlm:1=2,-4=3").check(5), "twice");
    assertRefused(() -> Loss.next().check(1), "predicts nothing");
    Loss.next().check(2);
  }
}
