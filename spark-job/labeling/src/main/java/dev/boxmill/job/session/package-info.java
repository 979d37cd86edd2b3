/**
 * What happens inside an executor: images come in as an iterator, label rows go out as one.
 *
 * <p>The Spark job knows only the interfaces here, so that it can be tested with a labeler that
 * needs no network: {@link dev.boxmill.job.session.LabelerProvider} checks the settings on the
 * driver, {@link dev.boxmill.job.session.PreparedLabeler} travels to executors, {@link
 * dev.boxmill.job.session.ImageLabeler} works there, one per task.
 */
package dev.boxmill.job.session;
