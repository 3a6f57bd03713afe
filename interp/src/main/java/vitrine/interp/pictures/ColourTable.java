package vitrine.interp.pictures;

import java.util.Arrays;
import java.util.List;

/**
 * From a share in [0, 1] to a colour. Both tables are by F. Crameri, Scientific colour maps 8.0
 * (doi:10.5281/zenodo.1243862, MIT licence): made so that equal steps look equally large, and are
 * told apart with any kind of colour vision and in grey. Every eighth of their 256 entries;
 * neighbours are so close that what lies between is linear.
 */
enum ColourTable {
  /** {@code devon}, from its light end: more is darker. */
  DEVON(
      "ffffff f9f9fe f2f1fc eceafb e5e3fa dedcf8 d8d4f7 d2cdf6 cbc6f4 c5c0f3 beb9f2",
      "b8b2f0 b0abee a7a4ec 9b9ce8 8d95e3 7e8fdd 6f88d7 5f80cf 4f79c6 4272bc 396bb1",
      "3265a6 2c5f9a 29588f 275084 27477b 283f72 29386a 293063 2a295b 2b2154 2c1a4c"),
  /** {@code vik}: blue below the middle, white at it, brown above. */
  VIK(
      "001261 021f69 022b71 023779 034481 055189 0c5e92 1c6d9c 307da6 488db2 619ebd",
      "7aaec8 94bed2 adcddd c6dbe6 dee6e9 ece5e0 eed9cd e9cab8 e2baa2 dbaa8d d59b79",
      "cf8c66 c97e53 c27041 bc622f b2511d a33e0d 912d06 811f06 731406 650907 590008");

  @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list of records
  private final List<Rgb> entries;

  ColourTable(String... lines) {
    entries = Arrays.stream(String.join(" ", lines).split(" ", -1)).map(Rgb::hex).toList();
  }

  List<Rgb> entries() {
    return entries;
  }

  /**
   * The colour.
   *
   * @param share what lies outside [0, 1] has the colour of the end
   */
  Rgb at(double share) {
    double place = Math.clamp(share, 0.0, 1.0) * (entries.size() - 1);
    int below = Math.min((int) place, entries.size() - 2);
    return Rgb.between(entries.get(below), entries.get(below + 1), place - below);
  }
}
