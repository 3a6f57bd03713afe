/**
 * What the commands and the person in front of the terminal have between them.
 *
 * <p>Results go out through {@link vitrine.app.terminal.Console} as text ({@link
 * vitrine.app.terminal.Table}) or as one JSON document ({@link vitrine.interp.io.Json}); everything
 * a stranger wrote passes {@link vitrine.app.terminal.OneLine} before it reaches a terminal. Whole
 * directories of results appear at once or not at all ({@link
 * vitrine.app.terminal.OutputDirectory}). Nothing here knows of models.
 */
@NullMarked
package vitrine.app.terminal;

import org.jspecify.annotations.NullMarked;
