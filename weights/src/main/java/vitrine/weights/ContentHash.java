package vitrine.weights;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeSet;

/** What {@link Checkpoint#hash()} is made of. */
final class ContentHash {
  private static final int PIECE = 1 << 20;

  private ContentHash() {}

  static String of(Checkpoint checkpoint) {
    MessageDigest digest = sha256();
    byte[] piece = new byte[(int) Math.min(PIECE, checkpoint.bytes())];
    for (String name : new TreeSet<>(checkpoint.names())) {
      TensorInfo tensor = checkpoint.info(name);
      // Lengths first, so that no two different lists of tensors give the same bytes.
      byte[] label =
          (tensor.dtype() + tensor.shape().toString() + name).getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(16).putLong(label.length).putLong(tensor.bytes()).flip());
      digest.update(label);
      for (long done = 0; done < tensor.bytes(); done += piece.length) {
        int count = (int) Math.min(piece.length, tensor.bytes() - done);
        checkpoint.readBytes(name, done, MemorySegment.ofArray(piece).asSlice(0, count));
        digest.update(piece, 0, count);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
