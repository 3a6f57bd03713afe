/**
 * Safetensors files and Hugging Face checkpoint directories, for any Java program: requires nothing
 * of ours, and of others only a JSON parser.
 *
 * <p><b>The format.</b> Eight bytes, little-endian: the length of the header. The header, JSON:
 * each tensor's name with its {@code dtype}, {@code shape} and {@code data_offsets}, and free
 * strings under {@code __metadata__}. Then the tensors' bytes, row-major and little-endian, one
 * after the other without a gap.
 *
 * <p><b>What enters</b> is a path that may hold anything; <b>what leaves</b> is a {@link
 * vitrine.weights.Checkpoint}, names to tensors that are read when asked for, or a {@link
 * vitrine.weights.WeightsException} whose kind is one of a closed set and whose message is one line
 * that says what was found, what was expected and the way out.
 *
 * <p><b>Reading order.</b> {@link vitrine.weights.DType} and {@link vitrine.weights.TensorInfo}
 * (what a header says); {@code Preamble}, {@code HeaderParser} and {@code Header} (from bytes to a
 * header that is known to fit its file); {@code ReadableFile} and {@link
 * vitrine.weights.SafetensorsFile} (reading by position); {@code Decoder} (bytes to numbers);
 * {@code ShardIndex}, {@code ShardedCheckpoint} and {@link vitrine.weights.Checkpoints}
 * (directories); {@link vitrine.weights.CheckpointReport} (all that is wrong, at once); {@link
 * vitrine.weights.SafetensorsWriter} on {@link vitrine.weights.AtomicFile}.
 *
 * <p><b>Invariants.</b>
 *
 * <ul>
 *   <li>Opening reads headers only, whatever the size of the data.
 *   <li>A header that was accepted describes its file byte for byte: no gap, no overlap, no rest.
 *   <li>No decoding goes through a memory mapping: a file that shrinks under one kills the JVM in
 *       vectorised code.
 *   <li>No file's text reaches a message unescaped or at unbounded length.
 *   <li>Nothing is written in place.
 * </ul>
 */
@NullMarked
package vitrine.weights;

import org.jspecify.annotations.NullMarked;
