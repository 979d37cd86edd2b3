package dev.boxmill.job.scenes;

import java.awt.image.BufferedImage;
import java.util.List;

/** A drawn picture and what it shows. */
record Scene(BufferedImage picture, List<LabelledObject> objects) {
  Scene {
    objects = List.copyOf(objects);
  }
}
