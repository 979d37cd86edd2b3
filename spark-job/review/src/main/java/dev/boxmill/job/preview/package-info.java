/**
 * The preview page: pictures with boxes in one HTML file that needs nothing else.
 *
 * <p>{@link dev.boxmill.job.preview.PreviewPage} takes a label table, shows its counts, a fair
 * sample of its images and its failures. The file loads nothing: pictures are thumbnails inside it,
 * and its content security policy forbids the network and every script but its own. All text from
 * the table passes through one escape.
 */
package dev.boxmill.job.preview;
