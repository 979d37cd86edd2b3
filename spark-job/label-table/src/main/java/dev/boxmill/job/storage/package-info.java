/** Files on any Hadoop filesystem: their addresses, and files that appear whole or not at all. */
package dev.boxmill.job.storage;
