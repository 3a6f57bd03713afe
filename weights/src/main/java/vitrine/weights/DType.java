package vitrine.weights;

/**
 * The element types of the safetensors format, all of them, in the order in which the reference
 * implementation ranks them (Hugging Face safetensors 0.8.0): a written file holds the highest rank
 * first, so that every tensor starts at a multiple of its element's size.
 *
 * <p>{@link Kind#OPAQUE} types have a size but no numbers here: their bytes can be read, their
 * values cannot.
 */
public enum DType {
  BOOL(8, Kind.INTEGER),
  /** 4-bit float, two to a byte. */
  F4(4, Kind.OPAQUE),
  /** 6-bit float with 2 bits of exponent, four to three bytes. */
  F6_E2M3(6, Kind.OPAQUE),
  /** 6-bit float with 3 bits of exponent, four to three bytes. */
  F6_E3M2(6, Kind.OPAQUE),
  U8(8, Kind.INTEGER),
  I8(8, Kind.INTEGER),
  F8_E5M2(8, Kind.OPAQUE),
  F8_E4M3(8, Kind.OPAQUE),
  /** 8-bit exponent only: the block scale of the OCP microscaling formats. */
  F8_E8M0(8, Kind.OPAQUE),
  F8_E4M3FNUZ(8, Kind.OPAQUE),
  F8_E5M2FNUZ(8, Kind.OPAQUE),
  I16(16, Kind.INTEGER),
  U16(16, Kind.INTEGER),
  /** IEEE 754 binary16. */
  F16(16, Kind.FLOAT),
  /** The upper half of an IEEE 754 binary32. */
  BF16(16, Kind.FLOAT),
  I32(32, Kind.INTEGER),
  U32(32, Kind.INTEGER),
  F32(32, Kind.FLOAT),
  /** Two binary32: real, imaginary. */
  C64(64, Kind.OPAQUE),
  F64(64, Kind.FLOAT),
  I64(64, Kind.INTEGER),
  U64(64, Kind.INTEGER);

  /** What can be done with the values of a type. */
  public enum Kind {
    /** Decoded to float, double and long. */
    INTEGER,
    /** Decoded to float and double. */
    FLOAT,
    /** Bytes only. */
    OPAQUE
  }

  private final int bits;
  private final Kind kind;

  DType(int bits, Kind kind) {
    this.bits = bits;
    this.kind = kind;
  }

  /** The size of one element, in bits; 4 and 6 for the types that share bytes. */
  public int bits() {
    return bits;
  }

  public Kind kind() {
    return kind;
  }
}
