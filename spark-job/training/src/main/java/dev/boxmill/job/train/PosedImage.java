package dev.boxmill.job.train;

import java.io.Serializable;

/** An image as one step of training sees it. */
record PosedImage(AnnotatedImage image, Pose pose) implements Serializable {}
