/** Measurements that the README quotes and anyone can repeat. */
package dev.boxmill.job.bench;
