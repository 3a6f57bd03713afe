/**
 * The vocabulary of reading, editing and differentiating: pure values, parsing, checking; no
 * computing.
 *
 * <p>A {@link vitrine.engine.hooks.Plan} says what a run reads, edits and differentiates. It is
 * made of {@link vitrine.engine.hooks.Site}s (where), {@link vitrine.engine.hooks.Edit}s (what
 * instead) and one {@link vitrine.engine.hooks.Loss} (of what); it is checked against the model's
 * {@link vitrine.engine.hooks.Architecture} before anything runs, and compiled once into a {@link
 * vitrine.engine.hooks.CompiledPlan} that a run asks by tap and layer.
 *
 * <h2>The text of a site</h2>
 *
 * <pre>{@code
 * site    = place [ slice ]
 * place   = name                               embed, logits.start, embed.W_E
 *         | "blocks." layers "." name          blocks.0.attn.z
 * layers  = "*" | indices
 * slice   = "[" part { "," part } "]"          [query=2,key=0]
 * part    = axis "=" indices
 * axis    = "batch" | "pos" | "query" | "key" | "head" | "dim" | "hdim" | "neuron" | "token" | "class" | "segment"
 * indices = int                                one, from 0; a negative one counts from the end
 *         | int ".." int                       a range, its end excluded
 *         | "{" int { "," int } "}"            these, none twice
 * int     = "0" | [ "-" ] digit-but-0 { digit }
 * }</pre>
 *
 * <p>Names are those of {@link vitrine.engine.hooks.Tap} and {@link
 * vitrine.engine.hooks.WeightSite}. An activation's last name may also be spelled as
 * TransformerLens does, with {@code hook_} before it ({@code blocks.0.hook_resid_pre}, {@code
 * blocks.0.attn.hook_attn_scores}). Spaces around brackets, commas, {@code =} and {@code ..} are
 * dropped; otherwise the canonical text is the text given.
 *
 * <p>Reading order: Axis, Tap, Site, Edit, Loss, Plan, CompiledPlan; then the parsers. Run carries
 * a compiled plan through a pass, forward and backward; EditRunner changes values and takes
 * gradients through the changes; Gradients holds those of parameters. Variants lets several plans
 * pass as one batch, and FusedStep says which may. StoredValues stands in for the files of an edit
 * {@code from}.
 */
@NullMarked
package vitrine.engine.hooks;

import org.jspecify.annotations.NullMarked;
