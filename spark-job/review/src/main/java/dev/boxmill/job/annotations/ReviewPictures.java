package dev.boxmill.job.annotations;

import dev.boxmill.job.annotations.Suspect.AnnotationError;
import dev.boxmill.job.evaluate.AnnotatedImage.Found;
import dev.boxmill.job.evaluate.TruthObject;
import dev.boxmill.job.preview.ChangePage;
import dev.boxmill.job.preview.ChangePage.ChangedBox;
import dev.boxmill.job.preview.ChangePage.ChangedPicture;
import dev.boxmill.job.preview.ChangePage.Words;
import dev.boxmill.schemas.Corners;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The most doubtful images as a page: annotations in dashed lines, the detector's boxes that speak
 * against them in solid ones.
 *
 * @param categories names by index
 */
record ReviewPictures(ReviewSummary summary, List<String> categories) {

  private static final String AS_ANNOTATED = "as annotated";

  ChangePage page(List<ReviewedImage> worst) {
    List<String> changes = new ArrayList<>(List.of(AS_ANNOTATED));
    Arrays.stream(AnnotationError.values()).map(AnnotationError::title).forEach(changes::add);
    String note =
        String.format(
            Locale.ROOT,
            "%,d of %,d images with something to look at are shown, the most doubtful first. Dashed"
                + " lines, A: annotations. Solid lines, B: the detector's boxes that speak against"
                + " them. Faint: annotations that nothing speaks against.",
            worst.size(),
            summary.doubtful());
    return new ChangePage(
        "Annotations to look at again",
        summary.figures(),
        summary.places(),
        summary.tables(categories),
        changes,
        new Words("review", "Error", note, "most doubtful first", "No annotation looks wrong."),
        worst.stream().map(this::picture).toList());
  }

  private ChangedPicture picture(ReviewedImage reviewed) {
    List<Suspect> suspects = reviewed.review().suspects();
    List<ChangedBox> boxes = new ArrayList<>(suspects.stream().map(this::box).toList());
    for (TruthObject object : reviewed.image().truth().objects()) {
      boolean named =
          suspects.stream().anyMatch(suspect -> suspect.object().equals(Optional.of(object)));
      if (!named && object.width() > 0 && object.height() > 0) {
        String name = categories.get(object.category());
        boxes.add(
            new ChangedBox(
                name, AS_ANNOTATED, 1, Optional.of(ReviewTable.corners(object)), Optional.empty()));
      }
    }
    String remark =
        String.format(Locale.ROOT, "%.2f: ", reviewed.quality())
            + Arrays.stream(AnnotationError.values())
                .filter(error -> count(suspects, error) > 0)
                .map(error -> count(suspects, error) + " " + error.title())
                .collect(Collectors.joining(", "));
    return new ChangedPicture(reviewed.image().uri(), reviewed.image().size(), remark, boxes);
  }

  private static long count(List<Suspect> suspects, AnnotationError error) {
    return suspects.stream().filter(suspect -> suspect.error() == error).count();
  }

  private ChangedBox box(Suspect suspect) {
    Optional<Corners> annotated = suspect.object().map(ReviewTable::corners);
    Optional<Corners> found = suspect.found().map(one -> one.box().corners());
    float score = suspect.found().map(one -> one.box().score()).orElse(1f);
    return new ChangedBox(
        names(suspect, categories), suspect.error().title(), score, annotated, found);
  }

  /** For example {@code cat → dog}. */
  private static String names(Suspect suspect, List<String> categories) {
    String annotated = suspect.object().map(one -> categories.get(one.category())).orElse("");
    String found = suspect.found().map(one -> categories.get(one.category())).orElse("");
    if (annotated.isEmpty() || found.isEmpty() || annotated.equals(found)) {
      return annotated.isEmpty() ? found : annotated;
    }
    return annotated + " → " + found;
  }

  /** For example {@code wrongly named: cat, more likely dog (0.98)}. */
  static String words(Suspect suspect, List<String> categories) {
    String annotated = suspect.object().map(one -> categories.get(one.category())).orElse("");
    String found = suspect.found().map(one -> named(one, categories)).orElse("");
    String title = suspect.error().title() + ": ";
    return switch (suspect.error()) {
      case OVERLOOKED -> title + found;
      case BADLY_PLACED -> title + annotated;
      case WRONGLY_NAMED ->
          title + annotated + (found.isEmpty() ? ", twice annotated" : ", more likely " + found);
    };
  }

  private static String named(Found found, List<String> categories) {
    return String.format(
        Locale.ROOT, "%s (%.2f)", categories.get(found.category()), found.box().score());
  }
}
