/** The command line. */
@NullMarked
package vitrine.app;

import org.jspecify.annotations.NullMarked;
