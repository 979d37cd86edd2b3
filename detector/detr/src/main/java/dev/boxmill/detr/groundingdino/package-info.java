/** Grounding DINO, MM-Grounding-DINO and LLMDet: DINO that finds what a prompt names. */
package dev.boxmill.detr.groundingdino;
