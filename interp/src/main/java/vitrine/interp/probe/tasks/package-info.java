/**
 * What probes are trained to tell, as data: words or sentences with a label each, from treebanks,
 * files of entities, and files of labelled lines.
 *
 * <p>In: files. Out: {@link vitrine.interp.probe.tasks.TaskData}. Reading order: Labelled,
 * TaskData, WordTask, Treebank, EntityFile, SentenceFile.
 */
@NullMarked
package vitrine.interp.probe.tasks;

import org.jspecify.annotations.NullMarked;
