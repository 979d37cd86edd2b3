package dev.boxmill.job.train;

import dev.boxmill.detr.preprocess.ResizedPicture;
import dev.boxmill.detr.training.TrainingPictures;
import dev.boxmill.image.Picture;
import dev.boxmill.image.UnreadableImageException;
import dev.boxmill.job.images.FileContent;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.session.ResidentDetector;
import dev.boxmill.job.session.StageTimes;
import dev.boxmill.schemas.ImageSize;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * An image and what is on it.
 *
 * @param truth its index in the ground truth
 * @param width in pixels, as annotated
 * @param height in pixels, as annotated
 * @param objects those that a detector can be asked to find
 */
record AnnotatedImage(
    ListedFile file, int truth, int width, int height, List<GroundTruthBox> objects)
    implements Serializable {

  AnnotatedImage {
    objects = List.copyOf(objects);
  }

  /**
   * The picture as the network takes it.
   *
   * @throws IOException if the file can't be had
   * @throws UnreadableImageException if it is no picture
   * @throws IllegalArgumentException if its size is not the annotated one
   */
  ResizedPicture resized(ResidentDetector resident, Augmentation augmentation, Configuration hadoop)
      throws IOException, UnreadableImageException {
    byte[] bytes = new FileContent(file, hadoop).read();
    return resident.decode(
        bytes,
        new StageTimes(),
        picture -> {
          requireAnnotatedSize(picture.size());
          return resident
              .detector()
              .resize(augmentation.mirrored() ? picture.mirrored() : picture, augmentation.scale());
        });
  }

  /** Its size as annotated. */
  ImageSize size() {
    return new ImageSize(width, height);
  }

  /**
   * A view of it as a network in training takes it; the caller closes it.
   *
   * @throws IllegalArgumentException if the picture's size is not the annotated one
   */
  ResizedPicture viewed(Picture picture, View view, TrainingPictures pictures) {
    requireAnnotatedSize(picture.size());
    return pictures.resize(view.of(picture), view.scale());
  }

  private void requireAnnotatedSize(ImageSize size) {
    if (size.width() != width || size.height() != height) {
      throw new IllegalArgumentException(
          "Cannot use %s: it has %dx%d pixels, its annotations are for %dx%d (annotate it again)"
              .formatted(file.uri(), size.width(), size.height(), width, height));
    }
  }
}
