package dev.boxmill.refiners.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * The refiners that a process can make: on the driver to check what users ask for, on an executor
 * to make it.
 */
public final class Refiners {
  private final Map<String, RefinerFactory> byName;
  private final List<String> problems;

  private Refiners(FoundRefiners found) {
    this.byName = found.byName();
    this.problems = found.problems();
  }

  /**
   * All that the thread's context class loader finds, which in a Spark driver or task includes
   * {@code --jars}.
   */
  public static Refiners find() {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    FoundRefiners found = new FoundRefiners();
    found.addAll(ServiceLoader.load(RefinerPlugin.class, loader));
    return new Refiners(found);
  }

  /** Those of given plugins, and no others. */
  public static Refiners of(RefinerPlugin... plugins) {
    FoundRefiners found = new FoundRefiners();
    List.of(plugins).forEach(found::add);
    return new Refiners(found);
  }

  /** By name. */
  public List<RefinerFactory> factories() {
    return List.copyOf(byName.values());
  }

  /**
   * Checks what a user asks for, in the order of the chain. The specs returned name every option,
   * defaults too, so that their text holds all that decides a label.
   *
   * @param specs {@code name} or {@code name:key=value,key=value}; {@code none} alone, or nothing,
   *     for an empty chain
   * @throws RefinerConfigurationException listing all that is wrong with the specs and with the
   *     plugins found
   */
  public List<RefinerSpec> parse(List<String> specs) {
    List<String> found = new ArrayList<>(problems);
    List<RefinerSpec> parsed = new ArrayList<>();
    for (String text : isNone(specs) ? List.<String>of() : specs) {
      RefinerSpec spec = RefinerSpec.parse(text, found);
      try {
        parsed.add(new RefinerSpec(spec.name(), options(spec).texts()));
        usesFeatures(spec);
        onlyMoves(spec);
      } catch (RefinerConfigurationException wrong) {
        found.addAll(wrong.problems());
      }
    }
    RefinerConfigurationException.throwIfAny(found);
    return List.copyOf(parsed);
  }

  /**
   * A text that changes when the labels that a chain gives may change: its refiners with all their
   * options, the content of the plugins' jars, and that of the files that they name.
   *
   * @param context see {@link RefinerFactory#files}
   * @throws RefinerException if a refiner can't work for this detector, naming it
   */
  public String fingerprint(List<RefinerSpec> specs, RefinerContext context) {
    return specs.stream()
        .map(spec -> spec + "@" + code(spec) + filesOf(spec, context))
        .collect(Collectors.joining(" "));
  }

  private String code(RefinerSpec spec) {
    return PluginCode.sha256(factory(spec).getClass());
  }

  private String filesOf(RefinerSpec spec, RefinerContext context) {
    try {
      return factory(spec).files(options(spec), context).stream()
          .map(file -> "+" + PluginCode.sha256(file))
          .collect(Collectors.joining());
    } catch (Throwable failure) {
      throw RefinerException.told("Cannot use refiner '%s': ".formatted(spec), failure);
    }
  }

  /** Whether one of a chain's refiners reads feature maps. */
  public boolean useFeatures(List<RefinerSpec> specs) {
    return specs.stream().anyMatch(this::usesFeatures);
  }

  /** Whether all of a chain's refiners only move boxes; so does an empty chain. */
  public boolean onlyMove(List<RefinerSpec> specs) {
    return specs.stream().allMatch(this::onlyMoves);
  }

  private boolean usesFeatures(RefinerSpec spec) {
    RefinerFactory factory = factory(spec);
    return answered(spec, "usesFeatures", factory::usesFeatures);
  }

  private boolean onlyMoves(RefinerSpec spec) {
    RefinerFactory factory = factory(spec);
    return answered(spec, "onlyMoves", factory::onlyMoves);
  }

  private static boolean answered(RefinerSpec spec, String question, BooleanSupplier answer) {
    try {
      return answer.getAsBoolean();
    } catch (Throwable failure) {
      String what = "Cannot ask refiner '%s' for %s: ".formatted(spec.name(), question);
      throw new RefinerConfigurationException(List.of(what + PluginFailure.text(failure)));
    }
  }

  /**
   * Makes the refiners of a chain, in order. If one cannot be made, those before it are closed.
   *
   * @throws RefinerConfigurationException if this process cannot find a refiner that the driver
   *     found
   * @throws RefinerException if a factory fails, naming the refiner
   */
  public RefinerChain open(List<RefinerSpec> specs, RefinerContext context) {
    RefinerChain chain = new RefinerChain(context.classNames().keySet());
    try {
      for (RefinerSpec spec : specs) {
        chain.append(spec.name(), create(spec, context));
      }
      return chain;
    } catch (RuntimeException failure) {
      chain.closeAfter(failure);
      throw failure;
    }
  }

  private BoxRefiner create(RefinerSpec spec, RefinerContext context) {
    RefinerOptions options = options(spec);
    BoxRefiner refiner;
    try {
      refiner = byName.get(spec.name()).create(options, context);
    } catch (Throwable failure) {
      throw RefinerException.of("Cannot make refiner '" + spec + "': ", failure);
    }
    if (refiner == null) {
      throw new RefinerException("Cannot make refiner '" + spec + "': its factory returned null");
    }
    return refiner;
  }

  private RefinerOptions options(RefinerSpec spec) {
    return RefinerOptions.of(factory(spec), spec.options());
  }

  private RefinerFactory factory(RefinerSpec spec) {
    RefinerFactory factory = byName.get(spec.name());
    if (factory == null) {
      throw new RefinerConfigurationException(List.of(unknown(spec.name())));
    }
    return factory;
  }

  private String unknown(String name) {
    if (name.equals(FoundRefiners.NONE)) {
      return "Cannot combine 'none' with other refiners (give 'none' alone)";
    }
    return "Unknown refiner '%s' (known: %s; a plugin's jar is added with --jars)"
        .formatted(name, knownNames());
  }

  private String knownNames() {
    return byName.isEmpty() ? FoundRefiners.NONE : String.join(", ", byName.keySet());
  }

  private static boolean isNone(List<String> specs) {
    return specs.equals(List.of(FoundRefiners.NONE));
  }

  /** One line for each refiner, and one for each of its options: for the command line's help. */
  public String help() {
    return byName.values().stream().map(Refiners::help).collect(Collectors.joining());
  }

  private static String help(RefinerFactory factory) {
    String options =
        factory.options().stream()
            .map(option -> "  %s: %s\n".formatted(option, option.description()))
            .collect(Collectors.joining());
    return factory.name() + "\n" + options;
  }
}
