/** Numbers, tables and the texts of others as reports show them. */
package dev.boxmill.job.text;
