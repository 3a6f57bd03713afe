package vitrine.interp.pictures;

/** What is shown, not yet how: numbers with their names, units and words. */
public sealed interface Picture permits Heatmap, TokenStrip, Lines, Bars, Scatter, Table, Graph {
  Caption caption();
}
