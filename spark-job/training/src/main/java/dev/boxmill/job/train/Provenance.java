package dev.boxmill.job.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * What the weights came from; the keys of {@code training.json} are these names.
 *
 * @param identity all that decides the weights but the number of epochs, by name
 * @param detectorSha256 of the frozen detector's files
 * @param precision that the frozen detector ran in
 * @param frozenBefore hash of the detector's weights in the executors' memory before the first step
 * @param frozenAfter the same after the last one; null while the training runs
 * @param startFrom weights that it began with; null: drawn by the seed
 * @param leftOut images and objects that were not used
 */
record Provenance(
    @JsonProperty("boxmill_version") String boxmillVersion,
    @JsonProperty("identity") TrainingIdentity identity,
    @JsonProperty("detector") String detector,
    @JsonProperty("detector_sha256") String detectorSha256,
    @JsonProperty("precision") String precision,
    @JsonProperty("ground_truth") String groundTruth,
    @JsonProperty("inputs") List<String> inputs,
    @JsonProperty("start_from") String startFrom,
    @JsonProperty("training_images") int trainingImages,
    @JsonProperty("training_objects") long trainingObjects,
    @JsonProperty("validation_images") int validationImages,
    @JsonProperty("left_out") List<String> leftOut,
    @JsonProperty("settings") TrainingSettings settings,
    @JsonProperty("frozen_before") String frozenBefore,
    @JsonProperty("frozen_after") String frozenAfter,
    @JsonProperty("results") List<EpochResult> results) {}
