package dev.boxmill.job.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Reads an input as text, or says why it can't be read. */
public final class ReadContent {

  private ReadContent() {}

  public static String of(ImageInput image) throws IOException {
    try {
      return new String(image.content().read(), StandardCharsets.UTF_8);
    } catch (ImageInputException refused) {
      return refused.category().columnValue() + ": " + refused.getMessage();
    }
  }
}
