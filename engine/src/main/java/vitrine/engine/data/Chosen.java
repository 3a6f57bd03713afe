package vitrine.engine.data;

import vitrine.engine.hooks.Example;

/**
 * Some of the examples.
 *
 * @param indices which ones, ascending
 */
@SuppressWarnings("ArrayRecordComponent") // never leaves this package
record Chosen(Examples whole, int[] indices) implements Examples {
  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public Example get(int index, long key) {
    return whole.get(indices[index], key);
  }

  @Override
  public int length(int index) {
    return whole.length(indices[index]);
  }

  @Override
  public int longest() {
    return whole.longest();
  }

  @Override
  public String fingerprint() {
    return new Fingerprint("chosen").add(whole.fingerprint()).add(indices).hex();
  }
}
