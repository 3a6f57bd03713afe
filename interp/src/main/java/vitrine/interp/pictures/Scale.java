package vitrine.interp.pictures;

/** From numbers to colours. */
public sealed interface Scale {
  /** Cells without a number: a warm grey that neither table has. */
  Rgb NONE = new Rgb(0xCF, 0xCB, 0xC1);

  /** More is darker. */
  record Sequential(double low, double high) implements Scale {
    public Sequential {
      require(low, high);
    }

    @Override
    public double share(double value) {
      return (value - low) / (high - low);
    }

    @Override
    public ColourTable table() {
      return ColourTable.DEVON;
    }
  }

  /** Away from a middle in two directions, equally far in both. */
  record Diverging(double middle, double reach) implements Scale {
    public Diverging {
      require(middle - reach, middle + reach);
    }

    @Override
    public double low() {
      return middle - reach;
    }

    @Override
    public double high() {
      return middle + reach;
    }

    @Override
    public double share(double value) {
      return 0.5 + (value - middle) / (2 * reach);
    }

    @Override
    public ColourTable table() {
      return ColourTable.VIK;
    }
  }

  /** The number of the first colour. */
  double low();

  /** The number of the last colour. */
  double high();

  /** Where a number lies between the ends: 0 to 1, beyond for what lies beyond. */
  double share(double value);

  /** The colours, from low to high. */
  ColourTable table();

  /** The colour of a number; {@link #NONE} for NaN. */
  default Rgb colour(double value) {
    return Double.isNaN(value) ? NONE : table().at(share(value));
  }

  /** From the smallest number to the largest. */
  static Scale sequential(Grid values) {
    return spread(values.smallest(), values.largest());
  }

  /** From zero to the largest: for what cannot be negative, such as probabilities. */
  static Scale fromZero(Grid values) {
    return spread(0, values.largest());
  }

  /** As far as the number farthest from the middle, both ways. */
  static Scale diverging(Grid values, double middle) {
    double reach = Math.max(values.largest() - middle, middle - values.smallest());
    return new Diverging(middle, reach > 0 ? reach : 1);
  }

  /** A scale also where all numbers are the same, or there are none. */
  private static Scale spread(double low, double high) {
    if (low < high) {
      return new Sequential(low, high);
    }
    double from = Double.isNaN(low) ? 0 : low;
    return new Sequential(from, from + Math.max(1, Math.abs(from)));
  }

  private static void require(double low, double high) {
    if (!(low < high) || !Double.isFinite(low) || !Double.isFinite(high)) {
      throw new IllegalArgumentException("scale: " + low + " to " + high + "; expected a range");
    }
  }
}
