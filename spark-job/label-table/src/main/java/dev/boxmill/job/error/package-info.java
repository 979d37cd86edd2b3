/** What went wrong, in a user's words. */
package dev.boxmill.job.error;
