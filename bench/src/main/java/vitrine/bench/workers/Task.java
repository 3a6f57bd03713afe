package vitrine.bench.workers;

/** What a model is loaded for; a process does one of them. */
public enum Task {
  /** BERT without a head, GPT-2 with its own. */
  FORWARD,
  /** With the head that a loss needs; weights stay. */
  GRADIENT,
  /** With the head that a loss needs; weights change. */
  TRAINING
}
