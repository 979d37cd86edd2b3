package dev.boxmill.job.lists;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Where an image's address is in JSON. */
final class JsonAddress {

  /** Fields of objects that may hold it, beside those that are called like an address. */
  private static final List<String> AROUND = List.of("data", "sample", "source");

  /** COCO's name for a file, which lies on this machine, before its places on the web. */
  private static final String COCO_FILE = "file_name";

  private JsonAddress() {}

  static Optional<String> of(JsonNode image) {
    if (image.isTextual()) {
      return Optional.of(image.textValue()).filter(text -> !text.isBlank());
    }
    if (image.path(COCO_FILE).isTextual() && image.path("id").isNumber()) {
      return of(image.path(COCO_FILE));
    }
    List<String> texts = new ArrayList<>();
    image
        .properties()
        .forEach(
            field -> {
              if (field.getValue().isTextual() && !field.getValue().textValue().isBlank()) {
                texts.add(field.getKey());
              }
            });
    OptionalInt best = AddressColumns.best(texts);
    return best.isPresent()
        ? Optional.of(image.path(texts.get(best.getAsInt())).textValue())
        : within(image);
  }

  /** Whether an object of that name may hold it. */
  static boolean mayHold(String name) {
    return AROUND.contains(name) || AddressColumns.isKnown(name);
  }

  private static Optional<String> within(JsonNode image) {
    return image.properties().stream()
        .filter(field -> field.getValue().isObject() && mayHold(field.getKey()))
        .map(field -> of(field.getValue()))
        .flatMap(Optional::stream)
        .findFirst();
  }
}
