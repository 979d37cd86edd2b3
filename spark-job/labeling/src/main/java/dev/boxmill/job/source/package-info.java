/**
 * Where images come from. {@link dev.boxmill.job.source.InputListing} looks at each {@code --input}
 * on the driver and sorts it into three kinds: files (listed or named by a manifest), Parquet rows
 * that hold the bytes, and tar archives; {@link dev.boxmill.job.source.ListedInputs} gives them to
 * tasks as one stream of inputs.
 *
 * <p>An image's name is its Hadoop path as people write it: scheme, and no escaping ({@code
 * file:///photos/a b#1.jpg}). Inside a container it is {@code archive!/entry}.
 */
package dev.boxmill.job.source;
