/**
 * Image files to pixels, and pixels to JPEG files.
 *
 * <h2>Why Leptonica decodes</h2>
 *
 * Truth is what Hugging Face's processors get: Pillow's pixels. Measured with {@code BenchDecoders}
 * (its Javadoc has the commands), milliseconds of processor time of one thread for a whole decode
 * to RGB, 640x480 unless said, Debian's OpenJDK 17 on Sapphire Rapids, Pillow 13.0 as the
 * reference:
 *
 * <table>
 * <caption>Candidates</caption>
 * <tr><th>file</th><th>Leptonica 1.87 (here)</th><th>OpenCV 4.13</th><th>ImageIO, TwelveMonkeys 3.12</th></tr>
 * <tr><td>photographs, JPEG</td><td>1.4 to 1.9</td><td>0.8 to 1.2</td><td>2.2 to 2.7</td></tr>
 * <tr><td>12 megapixels, JPEG</td><td>50</td><td>32</td><td>70</td></tr>
 * <tr><td>progressive JPEG</td><td>3.9</td><td>3.4</td><td>17</td></tr>
 * <tr><td>gray JPEG</td><td>1.8</td><td>1.5</td><td>5.7, differs by 73</td></tr>
 * <tr><td>CMYK JPEG</td><td>4.6</td><td>3.2, differs by 1</td><td>10.5</td></tr>
 * <tr><td>PNG</td><td>6.4</td><td>5.4</td><td>13</td></tr>
 * <tr><td>WebP, lossy</td><td>3.9</td><td>3.6</td><td>38, differs by 47</td></tr>
 * <tr><td>WebP, lossless</td><td>5.9</td><td>5.5</td><td>33</td></tr>
 * <tr><td>GIF, BMP, TIFF with LZW</td><td>4.8, 1.0, 15 (JDK)</td><td>8.2, 0.2, 3.4</td><td>8.6, 1.9, 16</td></tr>
 * <tr><td>natives for one platform</td><td>4 MB</td><td>31 MB + OpenBLAS 20 MB</td><td>none</td></tr>
 * </table>
 *
 * Where no difference is named, pixels are equal bit for bit, JPEG included: libjpeg-turbo's exact
 * inverse transform and smooth upsampling, as in Pillow.
 *
 * <p>Leptonica reads the header without decoding, which the limit of pixels needs, reports a JPEG
 * that ends early, and brings no second linear algebra library with its own threads into a process
 * that holds PyTorch. That is worth half a millisecond for each photograph, next to the hundreds
 * that a network takes on a processor. OpenCV 4.9 as one jar for all platforms ({@code
 * org.openpnp}) has 110 MB, decodes JPEG without SIMD at half the speed, and reads no GIF. Skia's
 * Java bindings want OpenGL and fontconfig on every executor. ImageIO's JPEG depends on the
 * vendor's JDK: Debian links libjpeg-turbo, most others an old libjpeg without SIMD.
 *
 * <p>GIF, rare in photographs, goes through the JDK's own reader: Leptonica reads all frames to
 * give one. JPEG 2000 comes with Leptonica.
 *
 * <h2>Why TIFF, BMP, netpbm and Targa are read here</h2>
 *
 * The JDK's readers refuse BigTIFF, Zstandard, LZMA, 16 bits or floats with a predictor, 16-bit BMP
 * and wrong size fields, and Leptonica's libtiff lacks Zstandard and LZMA, takes a file that is cut
 * off for whole, and gives 16 bits by their high byte alone. Here a page is read row by row from a
 * stream of its strip or tile, so that memory is bounded by a row, and samples stay what they are
 * until one class, {@code SampleRange}, makes 8 bits of them. Inflating is the JDK's,
 * aircompressor's (Zstandard) and XZ for Java's work (0.4 MB together); JPEG in TIFF is
 * Leptonica's, fax codes the JDK's.
 *
 * <h2>Where pixels may differ from transformers'</h2>
 *
 * <ul>
 *   <li>Orientation is applied; Pillow leaves it to its caller.
 *   <li>More than 8 bits a sample count by the least of 8, 10, 12, 14 and 16 bits that holds all of
 *       a picture's, floats from 0 to 1 by their share; Pillow takes the high byte of RGB and clips
 *       gray at 255.
 *   <li>A JPEG that lacks only its end marker is read; Pillow refuses it.
 * </ul>
 */
package dev.boxmill.image;
