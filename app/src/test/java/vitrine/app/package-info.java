/** Tests. */
@NullMarked
package vitrine.app;

import org.jspecify.annotations.NullMarked;
