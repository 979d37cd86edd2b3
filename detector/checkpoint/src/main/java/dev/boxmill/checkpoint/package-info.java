/**
 * Checkpoint directories as Hugging Face writes them: safetensors files, their sharded index, and
 * JSON configurations.
 *
 * <p>Nothing in a file is believed before it was checked. A directory that can't be used is refused
 * with a {@link dev.boxmill.checkpoint.CheckpointException} that names file, tensor or key, reason
 * and remedy; no other exception comes out of damaged files.
 */
package dev.boxmill.checkpoint;
