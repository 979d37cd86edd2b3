package dev.boxmill.job.evaluate;

/**
 * An image of the ground truth.
 *
 * @param id as in the file
 * @param fileName as in the file; empty if it names none
 */
public record TruthImage(long id, String fileName, ImageTruth truth) {}
