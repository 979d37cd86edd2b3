package dev.boxmill.refiners.spi;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Collects plugins' factories by name, and what is wrong with them. */
final class FoundRefiners {
  /** What users write for no refiner at all. */
  static final String NONE = "none";

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*");

  private final Map<String, RefinerFactory> byName = new TreeMap<>();
  private final List<String> problems = new ArrayList<>();

  Map<String, RefinerFactory> byName() {
    return byName;
  }

  List<String> problems() {
    return problems;
  }

  /** All plugins that a loader finds; one that cannot be loaded is a problem, the rest go on. */
  void addAll(ServiceLoader<RefinerPlugin> loader) {
    Iterator<RefinerPlugin> plugins = loader.iterator();
    while (hasNext(plugins)) {
      try {
        add(plugins.next());
      } catch (Throwable broken) {
        problems.add(unloadable(broken));
      }
    }
  }

  /** A class that cannot be linked has been passed when that is found out: the next one follows. */
  private boolean hasNext(Iterator<RefinerPlugin> plugins) {
    while (true) {
      try {
        return plugins.hasNext();
      } catch (LinkageError broken) {
        problems.add(unloadable(broken));
      } catch (ServiceConfigurationError broken) {
        problems.add(unloadable(broken));
        return false;
      }
    }
  }

  private static String unloadable(Throwable broken) {
    if (broken instanceof UnsupportedClassVersionError) {
      return "Cannot load a refiner plugin: " + PluginFailure.text(broken);
    }
    String cause = broken.getCause() == null ? "" : ": " + PluginFailure.text(broken.getCause());
    return "Cannot load a refiner plugin: %s%s (remove its jar or one made for another version)"
        .formatted(PluginFailure.message(broken), cause);
  }

  void add(RefinerPlugin plugin) {
    try {
      plugin.factories().forEach(factory -> add(plugin, factory));
    } catch (Throwable broken) {
      problems.add(
          "Cannot ask refiner plugin %s for its refiners: %s"
              .formatted(plugin.getClass().getName(), PluginFailure.text(broken)));
    }
  }

  private void add(RefinerPlugin plugin, RefinerFactory factory) {
    String name = factory.name();
    if (!NAME.matcher(name).matches() || name.equals(NONE)) {
      problems.add(
          "Invalid refiner name: '%s' of plugin %s (must match %s and not be '%s')"
              .formatted(name, plugin.getClass().getName(), NAME, NONE));
      return;
    }
    Set<String> options = new HashSet<>();
    for (RefinerOption option : factory.options()) {
      if (!options.add(option.name())) {
        problems.add(
            "Duplicate option '%s' of refiner '%s' (its plugin must declare it once)"
                .formatted(option.name(), name));
      }
    }
    RefinerFactory other = byName.putIfAbsent(name, factory);
    if (other != null) {
      problems.add(
          "Duplicate refiner '%s': made by %s and %s (remove one of their jars)"
              .formatted(name, other.getClass().getName(), factory.getClass().getName()));
    }
  }
}
