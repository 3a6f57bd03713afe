/**
 * From a Hugging Face directory to graphs that ONNX Runtime runs at its best: the operators that
 * its own optimizer for transformers ends with, written directly. In: weights. Out: {@code .onnx}
 * files beside one file of weights that they share.
 *
 * <p>Reading order: ProtoMessage (the encoding), GraphWriter, BertGraph and Gpt2Graph.
 */
@NullMarked
package vitrine.bench.onnx;

import org.jspecify.annotations.NullMarked;
