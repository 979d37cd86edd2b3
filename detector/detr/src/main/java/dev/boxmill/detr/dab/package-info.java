/** DAB-DETR, whose queries are boxes that every decoder layer moves. */
package dev.boxmill.detr.dab;
