/** Tests. */
@NullMarked
package vitrine.app.input;

import org.jspecify.annotations.NullMarked;
