package dev.boxmill.job.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/**
 * What a trained detector came from; the keys of {@code training.json} are these names.
 *
 * @param identity all that decides the weights but the number of epochs, by name
 * @param detectorSha256 of the files of the detector that it began with
 * @param classes that it learned, by label
 * @param drawn names of tensors that began with numbers of the seed
 * @param before AP of the detector that it began with; null if that has other classes
 * @param leftOut images and objects that were not used
 */
record DetectorProvenance(
    @JsonProperty("boxmill_version") String boxmillVersion,
    @JsonProperty("identity") TrainingIdentity identity,
    @JsonProperty("detector") String detector,
    @JsonProperty("detector_sha256") String detectorSha256,
    @JsonProperty("classes") Map<Integer, String> classes,
    @JsonProperty("drawn") List<String> drawn,
    @JsonProperty("ground_truth") String groundTruth,
    @JsonProperty("validation_ground_truth") String validationTruth,
    @JsonProperty("inputs") List<String> inputs,
    @JsonProperty("training_images") int trainingImages,
    @JsonProperty("training_objects") long trainingObjects,
    @JsonProperty("validation_images") int validationImages,
    @JsonProperty("left_out") List<String> leftOut,
    @JsonProperty("settings") DetectorSettings settings,
    @JsonProperty("before") Double before,
    @JsonProperty("results") List<DetectorEpoch> results) {}
