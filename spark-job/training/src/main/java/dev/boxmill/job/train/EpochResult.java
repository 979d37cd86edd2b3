package dev.boxmill.job.train;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A point of the curve.
 *
 * @param epoch counted from 1
 * @param steps taken since the beginning
 * @param loss mean of the epoch, per matched box: 5 L1 + 2 GIoU, summed over three steps
 * @param detectorAp AP of the detector's own boxes on the held-out images
 * @param ap AP after the refiner
 * @param best whether these weights were the best so far
 */
record EpochResult(
    @JsonProperty("epoch") int epoch,
    @JsonProperty("steps") long steps,
    @JsonProperty("learning_rate") double learningRate,
    @JsonProperty("loss") double loss,
    @JsonProperty("detector_ap") double detectorAp,
    @JsonProperty("ap") double ap,
    @JsonProperty("best") boolean best) {}
