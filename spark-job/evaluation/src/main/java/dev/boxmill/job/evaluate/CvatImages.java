package dev.boxmill.job.evaluate;

import dev.boxmill.job.evaluate.AnnotationWarnings.Kind;
import dev.boxmill.job.evaluate.ToolAnnotations.ToolBox;
import dev.boxmill.job.evaluate.ToolAnnotations.ToolImage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** CVAT's export "CVAT for images 1.1", which FiftyOne writes too. */
final class CvatImages {

  private final String uri;
  private final ToolAnnotations found = new ToolAnnotations();

  CvatImages(String uri) {
    this.uri = uri;
  }

  /** Reads all images, one after the other. */
  ToolAnnotations read(InputStream in) throws IOException {
    XMLInputFactory factory = XMLInputFactory.newFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    try {
      XMLStreamReader xml = factory.createXMLStreamReader(in);
      try {
        read(xml);
      } finally {
        xml.close();
      }
    } catch (XMLStreamException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNumber();
      throw ToolExport.refusal(uri, "line " + line + " is no XML", e);
    }
    return found;
  }

  private void read(XMLStreamReader xml) throws XMLStreamException {
    boolean root = false;
    String parent = "";
    while (xml.hasNext()) {
      if (xml.next() != XMLStreamConstants.START_ELEMENT) {
        continue;
      }
      String name = xml.getLocalName();
      if (!root && !name.equals("annotations")) {
        throw ToolExport.refusal(
            uri, "it begins with <" + name + "> (export as 'CVAT for images 1.1')", null);
      }
      root = true;
      switch (name) {
        case "name" -> {
          if (parent.equals("label")) {
            found.addClass(xml.getElementText());
          }
        }
        case "image" -> image(xml);
        case "track" ->
            throw ToolExport.refusal(
                uri, "it holds tracks of a video (export as 'CVAT for images 1.1')", null);
        default -> {}
      }
      parent = name;
    }
  }

  private void image(XMLStreamReader xml) throws XMLStreamException {
    String name = text(xml, "name");
    int width = (int) number(xml, "width");
    int height = (int) number(xml, "height");
    List<ToolBox> boxes = new ArrayList<>();
    while (xml.hasNext()) {
      int event = xml.next();
      if (event == XMLStreamConstants.END_ELEMENT && xml.getLocalName().equals("image")) {
        break;
      }
      if (event == XMLStreamConstants.START_ELEMENT) {
        shape(xml).ifPresent(boxes::add);
      }
    }
    found.add(new ToolImage(name, width, height, boxes));
  }

  private Optional<ToolBox> shape(XMLStreamReader xml) {
    return switch (xml.getLocalName()) {
      case "box" -> Optional.of(box(xml));
      case "polygon" -> {
        found.find(Kind.OTHER_SHAPE);
        List<Double> points = new ArrayList<>();
        for (String number : text(xml, "points").split("[;,]")) {
          points.add(number("points", number));
        }
        yield Optional.of(ToolBox.around(text(xml, "label"), points));
      }
      case "polyline", "points", "ellipse", "cuboid", "mask", "skeleton" -> {
        found.find(Kind.UNKNOWN_SHAPE);
        yield Optional.empty();
      }
      default -> Optional.empty();
    };
  }

  private ToolBox box(XMLStreamReader xml) {
    double left = number(xml, "xtl");
    double top = number(xml, "ytl");
    double width = number(xml, "xbr") - left;
    double height = number(xml, "ybr") - top;
    ToolBox box = new ToolBox(text(xml, "label"), left, top, width, height);
    String rotation = xml.getAttributeValue(null, "rotation");
    if (rotation == null || number("rotation", rotation) == 0) {
      return box;
    }
    found.find(Kind.OTHER_SHAPE);
    return box.turned(number("rotation", rotation), left + width / 2, top + height / 2);
  }

  private double number(XMLStreamReader xml, String attribute) {
    return number(attribute, text(xml, attribute));
  }

  private double number(String attribute, String text) {
    try {
      double number = Double.parseDouble(text.strip());
      if (Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw ToolExport.refusal(uri, "'" + attribute + "' is no number: " + text, e);
    }
    throw ToolExport.refusal(uri, "'" + attribute + "' is not finite: " + text, null);
  }

  private String text(XMLStreamReader xml, String attribute) {
    String value = xml.getAttributeValue(null, attribute);
    if (value == null) {
      throw ToolExport.refusal(
          uri,
          "line %d: <%s> has no '%s'"
              .formatted(xml.getLocation().getLineNumber(), xml.getLocalName(), attribute),
          null);
    }
    return value;
  }
}
