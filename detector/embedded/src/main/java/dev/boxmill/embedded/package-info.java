/** The detector that ships with boxmill, as files: a small RT-DETR for drawn scenes. */
package dev.boxmill.embedded;
