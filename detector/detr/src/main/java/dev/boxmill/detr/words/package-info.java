/**
 * What a detector that reads is to find: classes, the phrases that stand for them, their tokens.
 */
package dev.boxmill.detr.words;
