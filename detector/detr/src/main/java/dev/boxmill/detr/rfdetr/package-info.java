/** RF-DETR: its configuration, its tensors and its program, over LW-DETR's. */
package dev.boxmill.detr.rfdetr;
