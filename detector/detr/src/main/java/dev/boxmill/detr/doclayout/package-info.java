/** PP-DocLayoutV2, an RT-DETR for the regions of document pages. */
package dev.boxmill.detr.doclayout;
