package dev.boxmill.job.train;

import java.io.Serializable;

/** An image as one step of training sees it. */
record AugmentedImage(AnnotatedImage image, Augmentation augmentation) implements Serializable {}
