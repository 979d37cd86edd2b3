/** From a network's logits and boxes to detections. */
package dev.boxmill.detr.postprocess;
