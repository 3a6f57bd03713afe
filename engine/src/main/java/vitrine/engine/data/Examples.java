package vitrine.engine.data;

import vitrine.engine.hooks.Example;

/** What a model is trained on or evaluated with. Does not change, and may be read by any thread. */
public interface Examples {
  /** How many there are; at least one. */
  int size();

  /**
   * One of them.
   *
   * @param index from 0
   * @param key decides on what is random in the example, such as which tokens are hidden; examples
   *     without anything random ignore it
   */
  Example get(int index, long key);

  /** How many tokens one of them has, whatever the key; 0 or more. */
  default int length(int index) {
    return get(index, 0).ids().length;
  }

  /** The most tokens that an example has. */
  int longest();

  /** A hash of all that the examples are made from: the same for the same files and settings. */
  String fingerprint();
}
