/** The engine: text, hooks, layers, models, families, generation. */
@NullMarked
package vitrine.engine;

import org.jspecify.annotations.NullMarked;
