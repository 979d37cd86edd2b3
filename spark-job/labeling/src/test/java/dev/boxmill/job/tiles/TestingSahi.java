package dev.boxmill.job.tiles;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;

/** What {@code make_sahi.py} had the sahi package compute. */
final class TestingSahi {

  private TestingSahi() {}

  static JsonNode golden(String part) throws IOException {
    try (InputStream in = TestingSahi.class.getResourceAsStream("sahi.json")) {
      return new ObjectMapper().readTree(in).get(part);
    }
  }
}
