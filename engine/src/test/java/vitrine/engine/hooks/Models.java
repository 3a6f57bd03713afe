package vitrine.engine.hooks;

import java.util.ArrayList;
import java.util.List;
import vitrine.engine.hooks.Architecture.BlockStyle;
import vitrine.kernels.AttentionMask.Causality;

/** Small architectures; every size differs from every other, so that a mixed-up axis shows. */
final class Models {
  private Models() {}

  static Architecture gpt2() {
    return gpt2(Head.LANGUAGE, 0);
  }

  static Architecture gpt2(Head head, int classes) {
    return new Architecture(
        "gpt2",
        BlockStyle.PRE_NORM,
        6,
        3,
        12,
        4,
        48,
        101,
        32,
        0,
        Causality.CAUSAL,
        head,
        head.outputs(classes));
  }

  static Architecture bert() {
    return bert(Head.NONE, 0);
  }

  static Architecture bert(Head head, int classes) {
    List<Output> outputs = new ArrayList<>(head.outputs(classes));
    outputs.add(Output.pooled());
    return new Architecture(
        "bert",
        BlockStyle.POST_NORM,
        6,
        3,
        12,
        4,
        48,
        101,
        32,
        2,
        Causality.BIDIRECTIONAL,
        head,
        outputs);
  }
}
