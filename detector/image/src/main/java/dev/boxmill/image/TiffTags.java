package dev.boxmill.image;

/** Numbers of TIFF's tags (TIFF 6.0, DNG 1.7). */
final class TiffTags {
  static final int SUBFILE_TYPE = 254;
  static final int WIDTH = 256;
  static final int HEIGHT = 257;
  static final int BITS_PER_SAMPLE = 258;
  static final int COMPRESSION = 259;
  static final int PHOTOMETRIC = 262;
  static final int FILL_ORDER = 266;
  static final int STRIP_OFFSETS = 273;
  static final int ORIENTATION = 274;
  static final int SAMPLES_PER_PIXEL = 277;
  static final int ROWS_PER_STRIP = 278;
  static final int STRIP_BYTE_COUNTS = 279;
  static final int PLANAR_CONFIGURATION = 284;
  static final int FAX3_OPTIONS = 292;
  static final int FAX4_OPTIONS = 293;
  static final int PREDICTOR = 317;
  static final int COLOR_MAP = 320;
  static final int TILE_WIDTH = 322;
  static final int TILE_HEIGHT = 323;
  static final int TILE_OFFSETS = 324;
  static final int TILE_BYTE_COUNTS = 325;
  static final int SUB_DIRECTORIES = 330;
  static final int EXTRA_SAMPLES = 338;
  static final int SAMPLE_FORMAT = 339;
  static final int JPEG_TABLES = 347;
  static final int OLD_JPEG_START = 513;
  static final int OLD_JPEG_LENGTH = 514;
  static final int YCBCR_COEFFICIENTS = 529;
  static final int YCBCR_SUBSAMPLING = 530;
  static final int REFERENCE_BLACK_WHITE = 532;
  static final int XMP = 700;
  static final int DNG_VERSION = 50706;

  private TiffTags() {}
}
