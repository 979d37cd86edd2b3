/** Numbers and tables as reports show them. */
package dev.boxmill.job.text;
