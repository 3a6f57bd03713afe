package vitrine.bench.workers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import vitrine.bench.onnx.OnnxFiles;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.text.Tokenizers;

/** A minimal program: from its start to the first new token, with ONNX Runtime. */
public final class OnnxFirstToken {
  private OnnxFirstToken() {}

  /** Takes a GPT-2 directory, a text and the number of threads. */
  public static void main(String[] arguments) throws OrtException {
    Path model = Path.of(arguments[0]);
    Tokenizer tokenizer = Tokenizers.find(model).orElseThrow();
    int[] ids = tokenizer.encode(arguments[1]).ids();
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session =
            OnnxEngine.open(environment, OnnxFiles.forward(model), Integer.parseInt(arguments[2]));
        OnnxTensor in =
            OnnxTensor.createTensor(
                environment,
                LongBuffer.wrap(Arrays.stream(ids).asLongStream().toArray()),
                new long[] {1, ids.length});
        OnnxTensor positions = OnnxEngine.range(environment, 0, ids.length);
        OnnxTensor last = OnnxEngine.range(environment, ids.length - 1, ids.length);
        OrtSession.Result result =
            session.run(Map.of("ids", in, "positions", positions, "rows", last))) {
      FloatBuffer logits = ((OnnxTensor) result.get(0)).getFloatBuffer();
      int best = 0;
      for (int id = 1; id < logits.remaining(); id++) {
        best = logits.get(id) > logits.get(best) ? id : best;
      }
      int[] all = Arrays.copyOf(ids, ids.length + 1);
      all[ids.length] = best;
      tokenizer.decode(all);
      System.out.println("{\"new_ids\":[" + best + "]}");
    }
  }
}
