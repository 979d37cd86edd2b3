package dev.boxmill.image;

import dev.boxmill.image.JpegSegments.Segment;
import java.util.Optional;

/**
 * How a JPEG's samples are coded, from its frame header (ITU T.81, B.2.2).
 *
 * @param process the last six bits of its marker: 0 baseline, 2 progressive, 3 lossless
 */
record JpegFrame(int process, int bits, int components) {
  private static final int COMPONENTS = 5;
  private static final int LOSSLESS_LS = 0x37;

  static Optional<JpegFrame> of(byte[] file) {
    return JpegSegments.of(file).stream()
        .filter(segment -> segment.isFrame() && segment.end() - segment.data() > COMPONENTS)
        .findFirst()
        .map(frame -> of(frame, file));
  }

  private static JpegFrame of(Segment frame, byte[] file) {
    int data = frame.data();
    return new JpegFrame(frame.marker() & 0x3f, file[data] & 0xff, file[data + COMPONENTS] & 0xff);
  }

  boolean isProgressive() {
    return (process & 3) == 2;
  }

  /** Why no decoder here reads it; empty for what is read. */
  Optional<String> unsupported() {
    if (process == LOSSLESS_LS) {
      return Optional.of("it is JPEG-LS (convert it to PNG)");
    }
    if (bits != 8) {
      return Optional.of("it has " + bits + " bits a sample (convert it to 8 bits)");
    }
    if (components != 1 && components != 3 && components != 4) {
      return Optional.of("it has " + components + " channels (convert it to RGB)");
    }
    return Optional.empty();
  }
}
