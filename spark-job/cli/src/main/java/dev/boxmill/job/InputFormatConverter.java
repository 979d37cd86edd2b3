package dev.boxmill.job;

import dev.boxmill.job.source.InputFormat;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an {@link InputFormat} as users write it. */
final class InputFormatConverter implements ITypeConverter<InputFormat> {

  @Override
  public InputFormat convert(String value) {
    return Arrays.stream(InputFormat.values())
        .filter(format -> format.optionValue().equals(value))
        .findFirst()
        .orElseThrow(() -> new TypeConversionException(unknown(value)));
  }

  private static String unknown(String value) {
    String known =
        Arrays.stream(InputFormat.values())
            .map(InputFormat::optionValue)
            .collect(Collectors.joining(", "));
    return "Unknown input format '" + value + "' (known: " + known + ")";
  }
}
