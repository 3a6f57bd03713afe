/**
 * The tokenizers against the Hugging Face ones, string by string: {@code Reference} wraps the
 * native library, {@code Strings} makes the strings, {@code TokenizerOracleTest} compares.
 */
@NullMarked
package vitrine.tests.text;

import org.jspecify.annotations.NullMarked;
