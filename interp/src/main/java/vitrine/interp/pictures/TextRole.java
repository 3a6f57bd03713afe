package vitrine.interp.pictures;

/** What a text of a drawing is. */
enum TextRole {
  TITLE(16),
  LABEL(12),
  TICK(11),
  CELL(10),
  TOKEN(13),
  NOTE(12);

  private final double size;

  TextRole(double size) {
    this.size = size;
  }

  /** Height of its letters' box. */
  double size() {
    return size;
  }
}
