/** Pictures that are hard to read, made by code, and the rows that they must give. */
package dev.boxmill.job.pictures;
