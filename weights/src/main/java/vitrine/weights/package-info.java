/** Safetensors files and Hugging Face checkpoint directories. Requires nothing of ours; usable alone. */
@NullMarked
package vitrine.weights;

import org.jspecify.annotations.NullMarked;
