package dev.boxmill.job.export;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Streams XML 1.0; characters that it can't hold become the replacement character. */
final class XmlText implements Closeable {

  private static final int REPLACEMENT = 0xFFFD;

  private final XMLStreamWriter xml;
  private String lineBreak = "";
  private int depth;

  /** Writes to a stream that the caller closes. */
  XmlText(OutputStream stream) throws IOException {
    try {
      xml =
          XMLOutputFactory.newDefaultFactory()
              .createXMLStreamWriter(stream, StandardCharsets.UTF_8.name());
    } catch (XMLStreamException failure) {
      throw new IOException(failure);
    }
  }

  /** Names version and encoding; before all else, in a file that is not pasted anywhere as text. */
  void declare() throws IOException {
    try {
      xml.writeStartDocument(StandardCharsets.UTF_8.name(), "1.0");
      lineBreak = "\n";
    } catch (XMLStreamException failure) {
      throw new IOException(failure);
    }
  }

  /** Opens an element; attributes are names and values in turn. */
  void start(String name, String... attributes) throws IOException {
    try {
      newLine();
      xml.writeStartElement(name);
      depth++;
      writeAttributes(attributes);
    } catch (XMLStreamException failure) {
      throw new IOException(failure);
    }
  }

  void end() throws IOException {
    try {
      depth--;
      newLine();
      xml.writeEndElement();
    } catch (XMLStreamException failure) {
      throw new IOException(failure);
    }
  }

  /** An element without content. */
  void empty(String name, String... attributes) throws IOException {
    try {
      newLine();
      xml.writeEmptyElement(name);
      writeAttributes(attributes);
    } catch (XMLStreamException failure) {
      throw new IOException(failure);
    }
  }

  /** An element with text alone. */
  void text(String name, String text, String... attributes) throws IOException {
    try {
      newLine();
      xml.writeStartElement(name);
      writeAttributes(attributes);
      xml.writeCharacters(safe(text));
      xml.writeEndElement();
    } catch (XMLStreamException failure) {
      throw new IOException(failure);
    }
  }

  void finish() throws IOException {
    try {
      xml.writeCharacters("\n");
      xml.writeEndDocument();
      xml.flush();
    } catch (XMLStreamException failure) {
      throw new IOException(failure);
    }
  }

  private void writeAttributes(String... attributes) throws XMLStreamException {
    for (int i = 0; i < attributes.length; i += 2) {
      xml.writeAttribute(attributes[i], safe(attributes[i + 1]));
    }
  }

  private void newLine() throws XMLStreamException {
    xml.writeCharacters(lineBreak + "  ".repeat(depth));
    lineBreak = "\n";
  }

  /** XML 1.0 forbids most control characters; in an attribute a line break would become a space. */
  static String safe(String text) {
    if (text.codePoints().allMatch(XmlText::isSafe)) {
      return text;
    }
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints().map(c -> isSafe(c) ? c : REPLACEMENT).forEach(safe::appendCodePoint);
    return safe.toString();
  }

  private static boolean isSafe(int c) {
    return (c >= ' ' && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) || c >= 0x10000;
  }

  @Override
  public void close() throws IOException {
    try {
      xml.close();
    } catch (XMLStreamException failure) {
      throw new IOException(failure);
    }
  }
}
