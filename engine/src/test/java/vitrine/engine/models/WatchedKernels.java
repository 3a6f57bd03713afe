package vitrine.engine.models;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import vitrine.kernels.Kernels;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/** A backend that counts what is asked of it, and the memory it has given out. */
final class WatchedKernels {
  private final Kernels watched;
  private final Kernels kernels;
  private final Map<String, Integer> calls = new HashMap<>();
  private final Map<String, Integer> rows = new HashMap<>();
  private final List<Workspace> workspaces = new ArrayList<>();

  WatchedKernels(Kernels watched) {
    this.watched = watched;
    this.kernels =
        (Kernels)
            Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, this::invoke);
  }

  private Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    calls.merge(method.getName(), 1, Integer::sum);
    if (arguments != null && arguments[0] instanceof Tensor first) {
      rows.merge(method.getName(), first.shape().rows(), Integer::sum);
    }
    try {
      Object result = method.invoke(watched, arguments);
      if (result instanceof Workspace workspace) {
        workspaces.add(workspace);
      }
      return result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  Kernels kernels() {
    return kernels;
  }

  /** Of every op. */
  int calls() {
    return calls.values().stream().mapToInt(Integer::intValue).sum();
  }

  int calls(String op) {
    return calls.getOrDefault(op, 0);
  }

  /** How many rows the first tensors of an op's calls had, all together. */
  int rows(String op) {
    return rows.getOrDefault(op, 0);
  }

  /** Of the workspaces opened since {@link #forget}. */
  long bytesInUse() {
    return workspaces.stream().mapToLong(Workspace::bytesInUse).sum();
  }

  /** The largest that each has been, added up. */
  long peakBytes() {
    return workspaces.stream().mapToLong(Workspace::peakBytes).sum();
  }

  /** The largest that any one has been. */
  long largestBytes() {
    return workspaces.stream().mapToLong(Workspace::peakBytes).max().orElse(0);
  }

  void forget() {
    calls.clear();
    rows.clear();
    workspaces.clear();
  }
}
