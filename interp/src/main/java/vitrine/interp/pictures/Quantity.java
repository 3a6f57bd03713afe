package vitrine.interp.pictures;

/**
 * What numbers mean, or names along an axis.
 *
 * @param label as in {@code entropy}
 * @param unit as in {@code nats}; empty for none
 */
public record Quantity(String label, String unit) {
  public static Quantity of(String label) {
    return new Quantity(label, "");
  }

  public static Quantity of(String label, String unit) {
    return new Quantity(label, unit);
  }

  /** As in {@code entropy (nats)}. */
  @Override
  public String toString() {
    return unit.isEmpty() ? label : label + " (" + unit + ")";
  }
}
