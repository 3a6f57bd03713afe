/**
 * Pictures of results: one value for what is shown, drawn for every reader.
 *
 * <p>Enters: numbers with their names, units and words, as a {@link
 * vitrine.interp.pictures.Picture}. Leaves: SVG, PNG, a self-contained HTML page, text for a
 * terminal, and the numbers again as a table. Between them lies one {@code Drawing}: what stands
 * where, in what colour. It is laid out without asking any font, so that it is the same on every
 * machine; SVG, PNG and HTML draw it and nothing else.
 *
 * <p>Reading order: Caption, Quantity, Grid, Rgb, ColourTable, Scale; Picture and its kinds
 * (Heatmap, TokenStrip, Lines, Bars, Scatter, Table, Graph); Tone, Paint, Mark, Drawing; Layout
 * with a class for each kind; SvgWriter, PngWriter, HtmlWriter, TextWriter; Pictures, the way in.
 *
 * <p>What a person or a model wrote is text wherever it lands: {@code Markup} is the one place
 * where it is escaped.
 */
@NullMarked
package vitrine.interp.pictures;

import org.jspecify.annotations.NullMarked;
