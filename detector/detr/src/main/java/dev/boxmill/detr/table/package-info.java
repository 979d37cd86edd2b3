/** Table Transformer: its configuration, its tensors and its program. */
package dev.boxmill.detr.table;
