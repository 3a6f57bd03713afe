/**
 * How results are written: JSON, comma-separated values, arrays.
 *
 * <p>Enters: numbers and texts. Leaves: text, and files. Reading order: Json, Csv, NumberArray.
 */
@NullMarked
package vitrine.interp.io;

import org.jspecify.annotations.NullMarked;
