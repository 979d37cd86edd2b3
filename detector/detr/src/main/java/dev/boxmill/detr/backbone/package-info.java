/** The convolutional networks that turn pixels into feature maps. */
package dev.boxmill.detr.backbone;
