package dev.boxmill.job.evaluate;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.AnnotationWarnings.Kind;
import dev.boxmill.job.evaluate.TruthCategory.Frequency;
import dev.boxmill.job.evaluate.TruthObject.Role;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;

/** Reads annotations: a COCO or LVIS file, or what Label Studio, CVAT and FiftyOne export. */
public final class GroundTruthFile {

  private static final String KIND = "ground truth";

  /** An annotation as it stands in the file; {@code area} is null if it does not stand there. */
  private record Annotation(
      long id,
      long image,
      long category,
      double[] box,
      Double area,
      boolean crowd,
      boolean ignore) {}

  private record Image(
      long id, String name, int width, int height, long[] absent, long[] notExhaustive) {}

  /** What Label Studio puts before the names of files in COCO's form. */
  private static final Pattern RENAMED = Pattern.compile("(.*/)?[0-9a-f]{8}(?:__|-)([^/]+)");

  private final EvaluationStyle style;
  private final CocoIds ids = new CocoIds();
  private final AnnotationWarnings findings = new AnnotationWarnings(ids);
  private final List<Annotation> annotations = new ArrayList<>();
  private final Map<Long, Image> images = new TreeMap<>();
  private final Map<Long, TruthCategory> categories = new TreeMap<>();
  private final Map<Long, String> parents = new HashMap<>();
  private String contributor = "";

  private GroundTruthFile(EvaluationStyle style) {
    this.style = style;
  }

  /**
   * Reads the file.
   *
   * @param uri on any Hadoop filesystem
   * @throws BadInputException if it can't be read or lacks what the style needs
   */
  public static GroundTruth read(
      String uri, EvaluationStyle style, Supplier<Configuration> hadoop) {
    return read(uri, style, Reviewed.ALL, hadoop);
  }

  /**
   * The same of some images.
   *
   * @throws BadInputException if it can't be read, lacks what the style needs, or does not tell
   *     what was reviewed
   */
  public static GroundTruth read(
      String uri, EvaluationStyle style, Reviewed reviewed, Supplier<Configuration> hadoop) {
    Optional<ToolAnnotations> ofTool =
        style == EvaluationStyle.COCO ? ToolExport.read(uri, reviewed, hadoop) : Optional.empty();
    if (ofTool.isPresent()) {
      return new GroundTruthFile(style).read(uri, ofTool.get());
    }
    if (reviewed == Reviewed.ONLY) {
      throw ToolExport.notTold(uri, "COCO's form");
    }
    return CocoJson.read(KIND, uri, hadoop, json -> new GroundTruthFile(style).read(json));
  }

  /** Numbers images, classes and boxes from 1, in their order. */
  private GroundTruth read(String uri, ToolAnnotations tool) {
    findings.add(tool.findings());
    Map<String, Long> classes = new HashMap<>();
    for (String name : tool.classes()) {
      long id = classes.size() + 1L;
      classes.put(name, id);
      categories.put(id, new TruthCategory(id, name, Optional.empty()));
      parents.put(id, "");
    }
    for (ToolAnnotations.ToolImage image : tool.images()) {
      long id = images.size() + 1L;
      images.put(id, new Image(id, image.name(), image.width(), image.height(), null, null));
      for (ToolAnnotations.ToolBox box : image.boxes()) {
        double[] place = {box.x(), box.y(), box.width(), box.height()};
        annotations.add(
            new Annotation(
                annotations.size() + 1L,
                id,
                classes.get(box.label()),
                place,
                box.width() * box.height(),
                false,
                false));
      }
    }
    if (images.isEmpty() || categories.isEmpty()) {
      String why = images.isEmpty() ? "no image that counts" : "no classes";
      throw ToolExport.refusal(uri, "it has " + why + " (annotate some)", null);
    }
    return assemble();
  }

  private GroundTruth read(CocoJson json) throws IOException {
    for (String field = json.firstFieldOfFile(); field != null; field = json.nextField()) {
      switch (field) {
        case "images" -> readImages(json);
        case "annotations" -> readAnnotations(json);
        case "categories" -> readCategories(json);
        case "info" -> contributor = json.textWithin("contributor");
        default -> json.skip();
      }
    }
    if (images.isEmpty() || categories.isEmpty()) {
      throw json.refusal(
          "it has no " + (images.isEmpty() ? "images" : "categories"),
          "give a file with images, annotations, categories");
    }
    return assemble();
  }

  private void readImages(CocoJson json) throws IOException {
    json.enterArray("images");
    while (json.nextObject()) {
      Image image = image(json);
      if (images.put(image.id, image) != null) {
        findings.add(Kind.DUPLICATE_IMAGE, image.id);
      }
    }
  }

  private Image image(CocoJson json) throws IOException {
    Long id = null;
    String name = "";
    String address = "";
    long width = 0;
    long height = 0;
    long[] absent = null;
    long[] notExhaustive = null;
    for (String field = json.nextField(); field != null; field = json.nextField()) {
      switch (field) {
        case "id" -> id = json.id(field, ids);
        case "file_name" -> name = json.text(field);
        case "coco_url" -> address = json.textOrNothing();
        case "width" -> width = json.integer(field);
        case "height" -> height = json.integer(field);
        case "neg_category_ids" -> absent = json.ids(field, ids);
        case "not_exhaustive_category_ids" -> notExhaustive = json.ids(field, ids);
        default -> json.skip();
      }
    }
    require(json, "id", id);
    if (style == EvaluationStyle.LVIS) {
      require(json, "neg_category_ids", absent);
      require(json, "not_exhaustive_category_ids", notExhaustive);
    }
    String known = name.isEmpty() ? address : name;
    return new Image(id, known, (int) width, (int) height, absent, notExhaustive);
  }

  private void readCategories(CocoJson json) throws IOException {
    json.enterArray("categories");
    while (json.nextObject()) {
      TruthCategory category = category(json);
      if (categories.put(category.id(), category) != null) {
        findings.add(Kind.DUPLICATE_CATEGORY, category.id());
      }
    }
  }

  private TruthCategory category(CocoJson json) throws IOException {
    Long id = null;
    String name = null;
    String parent = "";
    Frequency frequency = null;
    for (String field = json.nextField(); field != null; field = json.nextField()) {
      switch (field) {
        case "id" -> id = json.id(field, ids);
        case "name" -> name = json.text(field);
        case "supercategory" -> parent = json.textOrNothing();
        case "frequency" -> frequency = frequency(json, json.text(field));
        default -> json.skip();
      }
    }
    require(json, "id", id);
    if (style == EvaluationStyle.LVIS) {
      require(json, "frequency", frequency);
    }
    String shown = name == null ? "category " + ids.shown(id) : name;
    parents.put(id, parent);
    return new TruthCategory(id, shown, Optional.ofNullable(frequency));
  }

  private static Frequency frequency(CocoJson json, String letter) {
    return Arrays.stream(Frequency.values())
        .filter(frequency -> frequency.letter().equals(letter))
        .findFirst()
        .orElseThrow(() -> json.wrong("has frequency '" + letter + "' (known: r, c, f)"));
  }

  private void readAnnotations(CocoJson json) throws IOException {
    json.enterArray("annotations");
    while (json.nextObject()) {
      annotations.add(annotation(json));
    }
  }

  private Annotation annotation(CocoJson json) throws IOException {
    Long id = null;
    Long image = null;
    Long category = null;
    double[] box = null;
    Double area = null;
    boolean crowd = false;
    boolean ignore = false;
    for (String field = json.nextField(); field != null; field = json.nextField()) {
      switch (field) {
        case "id" -> id = json.id(field, ids);
        case "image_id" -> image = json.id(field, ids);
        case "category_id" -> category = json.id(field, ids);
        case "bbox" -> box = json.box(field);
        case "area" -> area = json.number(field);
        case "iscrowd" -> crowd = json.flag(field);
        case "ignore" -> ignore = json.flag(field);
        default -> json.skip();
      }
    }
    require(json, "id", id);
    require(json, "image_id", image);
    require(json, "category_id", category);
    require(json, "bbox", box);
    return new Annotation(id, image, category, box, area, crowd, ignore);
  }

  private static void require(CocoJson json, String field, Object value) {
    if (value == null) {
      throw json.missing(field);
    }
  }

  /**
   * Roboflow puts a category before its others that stands for all of them, often with the name of
   * one. It would be a class without objects, and that name would be two classes'.
   */
  private void leaveOutRoots() {
    Set<Long> annotated = new HashSet<>();
    annotations.forEach(annotation -> annotated.add(annotation.category));
    for (TruthCategory category : List.copyOf(categories.values())) {
      boolean root =
          parents.get(category.id()).equals("none")
              && categories.keySet().stream()
                  .anyMatch(id -> id != category.id() && parents.get(id).equals(category.name()));
      if (root && !annotated.contains(category.id())) {
        categories.remove(category.id());
        findings.add(Kind.ROOT_CATEGORY, category.id());
      }
    }
  }

  private GroundTruth assemble() {
    leaveOutRoots();
    List<TruthCategory> sorted = List.copyOf(categories.values());
    Map<Long, Integer> indices = new HashMap<>();
    sorted.forEach(category -> indices.put(category.id(), indices.size()));
    Map<Long, List<TruthObject>> objects = objects(indices);
    List<TruthImage> found = new ArrayList<>();
    for (Image image : images.values()) {
      List<TruthObject> there = objects.getOrDefault(image.id, List.of());
      if (there.isEmpty()) {
        findings.add(Kind.EMPTY_IMAGE, image.id);
      }
      Set<Integer> absent = categories(image.absent, indices);
      Set<Integer> notExhaustive = categories(image.notExhaustive, indices);
      var truth = new ImageTruth(image.width, image.height, there, absent, notExhaustive);
      found.add(new TruthImage(image.id, ofFile(image.name), truth));
    }
    return new GroundTruth(found, sorted, findings, ids);
  }

  /** The name that a file had before a tool renamed it. */
  private String ofFile(String name) {
    Matcher renamed = RENAMED.matcher(name.replace('\\', '/'));
    return contributor.equals("Label Studio") && renamed.matches() ? renamed.group(2) : name;
  }

  private Set<Integer> categories(long[] ids, Map<Long, Integer> indices) {
    if (ids == null || style == EvaluationStyle.COCO) {
      return Set.of();
    }
    return Arrays.stream(ids)
        .boxed()
        .filter(indices::containsKey)
        .map(indices::get)
        .collect(Collectors.toSet());
  }

  /**
   * The objects of each image. Both Python packages go through the images by id and look each
   * annotation up by its own id, so of those that share one they find the last, each time.
   */
  private Map<Long, List<TruthObject>> objects(Map<Long, Integer> categoryIndices) {
    Map<Long, Annotation> byId = new HashMap<>();
    annotations.forEach(annotation -> byId.put(annotation.id, annotation));
    Map<Long, List<Annotation>> byImage = new TreeMap<>();
    for (Annotation annotation : annotations) {
      if (isKnown(annotation, categoryIndices)) {
        byImage.computeIfAbsent(annotation.image, none -> new ArrayList<>()).add(annotation);
      }
    }
    Map<Long, List<TruthObject>> objects = new HashMap<>();
    Set<Long> seen = new HashSet<>();
    for (List<Annotation> there : byImage.values()) {
      for (Annotation annotation : there) {
        Annotation last = byId.get(annotation.id);
        Integer category = categoryIndices.get(last.category);
        if (!seen.add(annotation.id)) {
          findings.add(Kind.DUPLICATE_ID, annotation.id);
        }
        if (category != null && images.containsKey(last.image)) {
          objects
              .computeIfAbsent(last.image, none -> new ArrayList<>())
              .add(object(last, category));
        }
      }
    }
    return objects;
  }

  private boolean isKnown(Annotation annotation, Map<Long, Integer> categoryIndices) {
    if (!images.containsKey(annotation.image)) {
      findings.add(Kind.UNKNOWN_IMAGE, annotation.id);
      return false;
    }
    if (!categoryIndices.containsKey(annotation.category)) {
      findings.add(Kind.UNKNOWN_CATEGORY, annotation.id);
      return false;
    }
    return true;
  }

  private TruthObject object(Annotation annotation, int category) {
    double[] box = annotation.box;
    double area = annotation.area == null ? box[2] * box[3] : annotation.area;
    Role role = role(annotation);
    note(annotation, role);
    return new TruthObject(annotation.id, category, box[0], box[1], box[2], box[3], area, role);
  }

  private Role role(Annotation annotation) {
    if (style == EvaluationStyle.LVIS) {
      return annotation.ignore ? Role.IGNORED : Role.COUNTED;
    }
    return annotation.crowd ? Role.CROWD : Role.COUNTED;
  }

  private void note(Annotation annotation, Role role) {
    double[] box = annotation.box;
    Image image = images.get(annotation.image);
    if (role != Role.COUNTED) {
      findings.add(role == Role.CROWD ? Kind.CROWD : Kind.IGNORED, annotation.id);
    }
    if (box[2] <= 0 || box[3] <= 0) {
      findings.add(Kind.WITHOUT_AREA, annotation.id);
    }
    boolean sized = image.width > 0 && image.height > 0;
    boolean over = box[0] + box[2] > image.width || box[1] + box[3] > image.height;
    if (box[0] < 0 || box[1] < 0 || (sized && over)) {
      findings.add(Kind.OUTSIDE, annotation.id);
    }
    if (annotation.area == null) {
      findings.add(Kind.MISSING_AREA, annotation.id);
    }
    if (annotation.id == 0) {
      findings.add(Kind.ZERO_ID, annotation.id);
    }
  }
}
