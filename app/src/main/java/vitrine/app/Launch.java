package vitrine.app;

import java.lang.reflect.InvocationTargetException;

/**
 * Where {@code ./vitrine} enters: makes the Vector API available without a word, then hands over to
 * {@link Main}.
 *
 * <p>{@code --add-modules=jdk.incubator.vector} prints a warning on stderr that no option turns
 * off. The JDK has a second way to load one of its own modules after the start, made for agents; it
 * defines the same module to the same loader, prints nothing, and leaves the archived module graph
 * (a faster start) in use. It is internal, so where a later JDK lacks it, the module is simply not
 * there, and the choice of a backend says so. Whoever embeds the engine uses the option.
 */
public final class Launch {
  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  private Launch() {}

  /** Runs one command and ends the JVM with its exit code. */
  public static void main(String[] arguments) {
    loadVectorModule();
    Main.main(arguments);
  }

  private static void loadVectorModule() {
    if (ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent()) {
      return;
    }
    try {
      // The manifest of the application's jar exports this package to us.
      Class.forName("jdk.internal.module.Modules")
          .getMethod("loadModule", String.class)
          .invoke(null, VECTOR_MODULE);
    } catch (ClassNotFoundException | NoSuchMethodException | IllegalAccessException e) {
      return; // This JDK has no such way; vitrine.kernels.Backends says what follows from it.
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("start: " + VECTOR_MODULE + ": " + e.getCause(), e);
    }
  }
}
