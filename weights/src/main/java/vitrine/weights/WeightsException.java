package vitrine.weights;

import org.jspecify.annotations.Nullable;

/**
 * A file of weights cannot be used, or cannot be written. The message is one line: {@code
 * <operation>: <operand>: <actual>; expected <...>. <remedy>}; {@link #kind()} says which of a
 * closed set of things is wrong.
 */
public final class WeightsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Everything that can be wrong. */
  public enum Kind {
    /** Nothing has that path. */
    NOT_FOUND,
    /** The path is a directory, a pipe or a device. */
    NOT_A_FILE,
    /** The operating system refused to read. */
    READ_FAILED,
    /** The file shrank or was written to after it had been opened. */
    FILE_CHANGED,

    /** The file has no bytes. */
    EMPTY_FILE,
    /** A Python pickle, alone or in PyTorch's zip archive. */
    PICKLE,
    /** A zip archive without a pickle, or another archive. */
    ARCHIVE,
    /** A GGUF file of llama.cpp. */
    GGUF,
    /** The small text that Git LFS leaves in place of a large file. */
    LFS_POINTER,
    /** A web page, or the XML of a failed download. */
    HTML,
    /** An array of NumPy. */
    NUMPY,
    /** An HDF5 file, as Keras writes. */
    HDF5,
    /** A JSON text, such as a config, an index or a tokenizer. */
    JSON_TEXT,

    /** The file ends before the header does. */
    HEADER_BEYOND_FILE,
    /** The header is longer than the format's 100,000,000 bytes. */
    HEADER_TOO_LARGE,
    /** The header does not begin with an opening brace. */
    HEADER_START,
    /** The header is not UTF-8. */
    HEADER_NOT_UTF8,
    /** The header is not JSON. */
    HEADER_NOT_JSON,
    /** The header nests deeper than the format's three levels. */
    HEADER_TOO_DEEP,
    /** Something other than spaces follows the header's JSON. */
    HEADER_TRAILING,
    /** A key occurs twice in one object. */
    DUPLICATE_KEY,
    /** {@code __metadata__} is not an object of strings. */
    BAD_METADATA,
    /** A tensor's entry is not an object, lacks a key, or has one too many. */
    BAD_ENTRY,
    /** A type that the format does not have. */
    UNKNOWN_DTYPE,
    /** A shape that is not a list of whole numbers from 0, or whose product overflows. */
    BAD_SHAPE,
    /** Offsets that are not two ascending whole numbers from 0. */
    BAD_OFFSETS,
    /** A tensor's shape and type need another number of bytes than its offsets span. */
    SIZE_MISMATCH,
    /** Two tensors share bytes. */
    OVERLAP,
    /** Bytes between two tensors, or before the first, belong to none. */
    HOLE,
    /** A tensor ends beyond the end of the file. */
    DATA_BEYOND_FILE,
    /** Bytes follow the last tensor. */
    TRAILING_BYTES,

    /** The checkpoint has no tensor of that name. */
    NO_SUCH_TENSOR,
    /** Values of this type cannot be decoded to the numbers asked for. */
    NO_CONVERSION,
    /** A tensor has more elements than a Java array, or more bytes than the memory of this JVM. */
    TOO_LARGE,

    /** A directory holds no safetensors checkpoint. */
    NO_CHECKPOINT,
    /** {@code model.safetensors.index.json} is not such an index. */
    BAD_INDEX,
    /** A shard's name leaves the directory of the index. */
    SHARD_OUTSIDE,
    /** A shard named by the index is not there. */
    SHARD_MISSING,
    /** The index puts a tensor in a shard that lacks it. */
    SHARD_LACKS_TENSOR,
    /** Two shards hold a tensor of the same name. */
    DUPLICATE_TENSOR,

    /** A file cannot be written. */
    WRITE_FAILED,
    /** The disk has not enough room. */
    DISK_FULL
  }

  private final Kind kind;

  WeightsException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  WeightsException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  /** One line, never null. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
