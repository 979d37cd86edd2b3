package dev.boxmill.job.annotations;

import dev.boxmill.job.evaluate.AnnotatedImage;
import java.io.Serializable;
import java.util.Comparator;

/** An image and how its annotations look. */
record ReviewedImage(AnnotatedImage image, double quality, double least, ReviewThresholds by)
    implements Serializable {

  /** The most doubtful first. */
  static final Comparator<ReviewedImage> WORST_FIRST =
      Comparator.comparingDouble(ReviewedImage::quality)
          .thenComparing(reviewed -> reviewed.image.uri());

  static ReviewedImage of(AnnotatedImage image, double least, ReviewThresholds thresholds) {
    double quality = new ObjectLab(image, thresholds).review(least).quality();
    return new ReviewedImage(image, quality, least, thresholds);
  }

  ImageReview review() {
    return new ObjectLab(image, by).review(least);
  }
}
