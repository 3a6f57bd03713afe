package vitrine.interp.ablation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;

/**
 * Components that are switched off together.
 *
 * @param name for people and files; one no other has
 * @param off at least one
 * @param only the one of its layer that stays on; null where it is not told by that
 */
public record Variant(String name, List<Component> off, @Nullable Component only) {
  public Variant {
    off = List.copyOf(off);
  }

  static Variant of(Component one) {
    return of(one.toString(), List.of(one));
  }

  static Variant of(String name, List<Component> off) {
    return new Variant(name, off, null);
  }

  /** All of its layer but one. */
  static Variant but(Component only, List<Component> others) {
    return new Variant("only " + only, others, only);
  }

  /** The component that it is told by: the only one that is off, or that stays on; else null. */
  @Nullable Component subject() {
    return only != null ? only : off.size() == 1 ? off.getFirst() : null;
  }

  /**
   * The plan that switches them off.
   *
   * @param portion of the texts that it is for
   * @param means where the files of reference means are; null when there are none
   */
  Plan plan(Treatment treatment, Portion portion, @Nullable Path means) {
    Plan plan = Plan.empty().seed(portion.seed());
    if (treatment instanceof Treatment.Reference && means != null) {
      for (Component each : off) {
        plan = plan.edit(site(each, portion), Edit.mean(ReferenceMeans.file(means, each)));
      }
      return plan;
    }
    Edit edit =
        switch (treatment) {
          case Treatment.Plain plain -> plain.edit();
          case Treatment.Resample _ -> Edit.resample(portion.donors());
          case Treatment.Reference _ ->
              throw new IllegalStateException("ablation: a reference without means");
        };
    for (Site site : sites(edit, portion)) {
      plan = plan.edit(site, edit);
    }
    return plan;
  }

  /** Heads and neurons of one layer are one site, so that it is taken apart once. */
  private List<Site> sites(Edit edit, Portion portion) {
    Map<Integer, List<Integer>> heads = new LinkedHashMap<>();
    Map<Integer, List<Component.Neurons>> neurons = new LinkedHashMap<>();
    List<Site> sites = new ArrayList<>();
    for (Component each : off) {
      switch (each) {
        case Component.Head head ->
            heads.computeIfAbsent(head.layer(), _ -> new ArrayList<>()).add(head.head());
        case Component.Neurons some ->
            neurons.computeIfAbsent(some.layer(), _ -> new ArrayList<>()).add(some);
        case Component.Attention attention ->
            sites.add(
                edit instanceof Edit.Uniform ? Site.pattern(attention.layer()) : attention.site());
        case Component.Mlp _, Component.Block _, Component.Position _ ->
            sites.add(site(each, portion));
      }
    }
    heads.forEach((layer, some) -> {
      Site whole = edit instanceof Edit.Uniform ? Site.pattern(layer) : Site.z(layer);
      sites.add(whole.heads(indices(some)));
    });
    neurons.forEach((layer, some) ->
        sites.add(
            some.size() == 1
                ? some.getFirst().site()
                : Site.mlpPost(layer)
                    .neurons(
                        indices(
                            some.stream()
                                .flatMapToInt(block -> IntStream.range(block.from(), block.to()))
                                .boxed()
                                .toList()))));
    return sites;
  }

  private static Indices indices(List<Integer> some) {
    return some.size() == 1
        ? Indices.of(some.getFirst())
        : Indices.list(some.stream().sorted().mapToInt(Integer::intValue).toArray());
  }

  /** A position that counts from the end is another one in texts of another length. */
  private static Site site(Component component, Portion portion) {
    return component instanceof Component.Position position && position.at(portion.length()) >= 0
        ? new Component.Position(position.layer(), position.at(portion.length())).site()
        : component.site();
  }

  /** Whether a text of that many tokens has all of it, each somewhere else. */
  boolean isIn(int length) {
    Set<Component> seen = new HashSet<>();
    for (Component each : off) {
      if (each instanceof Component.Position position) {
        int at = position.at(length);
        boolean there = at >= 0 && at < length;
        if (!there || !seen.add(new Component.Position(position.layer(), at))) {
          return false;
        }
      }
    }
    return true;
  }
}
