/** DEIMv2: its configuration, its tensors and its program. */
package dev.boxmill.detr.deimv2;
