/** Tests. */
@NullMarked
package vitrine.app.terminal;

import org.jspecify.annotations.NullMarked;
