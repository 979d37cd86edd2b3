package dev.boxmill.job.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.boxmill.schemas.LabelColumn;
import java.io.IOException;
import java.io.InputStream;

/** The published JSON Schemas of the exports. */
final class TestingSchemas {

  private TestingSchemas() {}

  static void requireValid(String name, JsonNode export) throws IOException {
    String resource = "exports/" + name + ".schema.json";
    try (InputStream stream = LabelColumn.class.getResourceAsStream(resource)) {
      JsonSchema schema =
          JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(stream);
      assertThat(schema.validate(export)).isEmpty();
    }
  }
}
