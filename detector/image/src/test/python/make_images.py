"""Draws the decoder's test images and what Pillow sees in them.

usage: make_images.py OUT_DIR        (the resources beside TestImageDecoder)
Made with Pillow 13.0.0 (libjpeg-turbo 3.2.0, libwebp 1.6.0, libtiff 4.7.2) and NumPy 2.4.6, seed 7.
OUT_DIR/NAME is the image file, OUT_DIR/NAME.ppm its pixels:
ImageOps.exif_transpose(Image.open(NAME)).convert("RGB"), but 16-bit gray by its high byte, which Pillow clips at 255.
"""
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

OUT = Path(sys.argv[1])
OUT.mkdir(parents=True, exist_ok=True)
W, H = 45, 34  # odd: half-resolution chroma ends within a pixel pair
rng = np.random.default_rng(7)


def scene():
    y, x = np.mgrid[0:H, 0:W].astype(float)
    a = np.stack([x * 5 + y, y * 7, 255 - x * 3 - y * 2], -1)
    a[8:20, 10:28] = (230, 40, 60)
    a[15:30, 20:40] = 0.4 * a[15:30, 20:40] + 0.6 * np.array([20, 200, 90])
    a += rng.normal(0, 9, a.shape)
    return a.clip(0, 255).astype(np.uint8)


RGB = scene()
IMAGE = Image.fromarray(RGB)
GRAY = IMAGE.convert("L")
ALPHA = (np.mgrid[0:H, 0:W][1] * 6).clip(0, 255).astype(np.uint8)  # from 0 up
RGBA = Image.fromarray(np.dstack([RGB, ALPHA]))
GRAY16 = (np.asarray(GRAY).astype(np.uint16) * 257 + rng.integers(-90, 90, (H, W))).clip(0, 65535).astype(np.uint16)
RGB16 = (RGB.astype(np.int64) * 257 + rng.integers(-90, 90, RGB.shape)).clip(0, 65535).astype(np.uint16)
PALETTE = IMAGE.convert("P", palette=Image.Palette.ADAPTIVE, colors=60)


def save(name, image, **options):
    image.save(OUT / name, **options)


def png(name, samples, color_type, bits, chunks=()):
    """A PNG that Pillow can't write: rows of samples, packed to the given number of bits."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = []
    for row in samples.reshape(samples.shape[0], -1):
        if bits == 16:
            data = row.astype(">u2").tobytes()
        else:
            digits = np.unpackbits(row.astype(np.uint8)[:, None], axis=1)[:, 8 - bits:]
            data = np.packbits(digits.ravel()).tobytes()
        rows.append(b"\0" + data)
    header = struct.pack(">IIBBBBB", samples.shape[1], samples.shape[0], bits, color_type, 0, 0, 0)
    body = b"".join(chunk(kind, data) for kind, data in chunks)
    data = chunk(b"IHDR", header) + body + chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b"")
    (OUT / name).write_bytes(b"\x89PNG\r\n\x1a\n" + data)


def jpegs():
    save("baseline.jpg", IMAGE, quality=85)
    save("s444.jpg", IMAGE, quality=92, subsampling="4:4:4")
    save("s422.jpg", IMAGE, quality=85, subsampling="4:2:2")
    save("s411.jpg", IMAGE, quality=85, subsampling="4:1:1")
    save("progressive.jpg", IMAGE, quality=80, progressive=True)
    save("restart.jpg", IMAGE, quality=80, restart_marker_rows=1)
    save("rgb.jpg", IMAGE, quality=90, keep_rgb=True)
    save("gray.jpg", GRAY, quality=85)
    save("cmyk.jpg", IMAGE.convert("CMYK"), quality=90)
    adobe = (OUT / "cmyk.jpg").read_bytes()
    at = adobe.index(b"\xff\xee\0\x0eAdobe")
    assert adobe[at + 15] == 0  # its transform: none
    (OUT / "ycck.jpg").write_bytes(adobe[:at + 15] + b"\x02" + adobe[at + 16:])


def turned():
    for value in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = value
        save(f"turn{value}.jpg", IMAGE, quality=85, exif=exif)
    save("turn6.png", IMAGE, exif=exif_of(6))
    save("turn8.webp", IMAGE, lossless=True, exif=exif_of(8))
    save("turn3.tif", IMAGE, tiffinfo={0x0112: 3})
    save("turn6.tif", IMAGE, tiffinfo={0x0112: 6})


def exif_of(value):
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def pngs():
    save("rgb.png", IMAGE)
    save("rgba.png", RGBA)
    save("gray.png", GRAY)
    save("gray_alpha.png", RGBA.convert("LA"))
    save("bilevel.png", IMAGE.convert("1"))
    save("palette.png", PALETTE)
    save("palette_transparent.png", PALETTE, transparency=bytes(range(0, 240, 4)))
    save("palette_4_bits.png", IMAGE.convert("P", palette=Image.Palette.ADAPTIVE, colors=14), bits=4)
    save("palette_1_bit.png", IMAGE.convert("P", palette=Image.Palette.ADAPTIVE, colors=2), bits=1)
    save("palette_1_bit_transparent.png", IMAGE.convert("P", palette=Image.Palette.ADAPTIVE, colors=2), bits=1,
         transparency=1)
    save("rgb_transparent.png", IMAGE, transparency=tuple(int(v) for v in RGB[3, 3]))
    save("gray_transparent.png", GRAY, transparency=int(np.asarray(GRAY)[4, 4]))
    png("gray_2_bits.png", np.asarray(GRAY) >> 6, 0, 2)
    png("gray_4_bits.png", np.asarray(GRAY) >> 4, 0, 4)
    png("gray_16_bits.png", GRAY16, 0, 16)
    png("rgb_16_bits.png", RGB16, 2, 16)
    png("rgba_16_bits.png", np.dstack([RGB16, ALPHA.astype(np.uint16) * 257]), 6, 16)
    png("gray_alpha_16_bits.png", np.dstack([GRAY16, ALPHA.astype(np.uint16) * 257]), 4, 16)
    png("gamma.png", RGB, 2, 8, [(b"gAMA", struct.pack(">I", 100000))])


def webps():
    save("lossy.webp", IMAGE, quality=80)
    save("lossless.webp", IMAGE, lossless=True)
    save("lossy_alpha.webp", RGBA, quality=80)
    save("lossless_alpha.webp", RGBA, lossless=True, exact=True)
    moves = [IMAGE, ImageOps.mirror(IMAGE)]
    save("moving.webp", moves[0], save_all=True, append_images=moves[1:], lossless=True)
    data = bytearray((OUT / "moving.webp").read_bytes())  # and the same frame on a larger canvas
    canvas, frame = data.index(b"VP8X") + 12, data.index(b"ANMF") + 8
    data[canvas:canvas + 6] = (W + 8).to_bytes(3, "little") + (H + 6).to_bytes(3, "little")
    data[frame:frame + 6] = (2).to_bytes(3, "little") + (3).to_bytes(3, "little")  # halves
    (OUT / "moving_offset.webp").write_bytes(data)


def gifs():
    save("plain.gif", PALETTE)
    save("not_interlaced.gif", PALETTE, interlace=0)
    save("transparent.gif", PALETTE, transparency=5)
    save("moving.gif", PALETTE, save_all=True, append_images=[PALETTE.transpose(Image.Transpose.ROTATE_180)])
    offset("offset.gif", "plain.gif")
    offset("offset_transparent.gif", "transparent.gif")


def offset(name, source):
    """The same frame on a larger canvas, away from its corner."""
    data = bytearray((OUT / source).read_bytes())
    frame = data.index(struct.pack("<BHHHH", 0x2C, 0, 0, W, H))
    data[6:10] = struct.pack("<HH", W + 9, H + 6)
    data[frame + 1:frame + 5] = struct.pack("<HH", 4, 3)
    (OUT / name).write_bytes(data)


def bmps():
    save("rgb.bmp", IMAGE)
    save("gray.bmp", GRAY)
    save("palette.bmp", PALETTE)
    save("bilevel.bmp", IMAGE.convert("1"))
    save("rgba.bmp", RGBA)
    rows = b"".join(RGB[y, :, ::-1].tobytes() + b"\0" * (-3 * W % 4) for y in range(H))
    top_down = struct.pack("<IiiHHIIiiII", 40, W, -H, 1, 24, 0, len(rows), 0, 0, 0, 0)
    (OUT / "top_down.bmp").write_bytes(struct.pack("<2sIHHI", b"BM", 54 + len(rows), 0, 0, 54) + top_down + rows)


def tiffs():
    save("raw.tif", IMAGE)
    save("lzw.tif", IMAGE, compression="tiff_lzw")
    save("deflate.tif", IMAGE, compression="tiff_adobe_deflate", tiffinfo={317: 2})
    save("packbits.tif", IMAGE, compression="packbits")
    save("jpeg.tif", IMAGE, compression="jpeg", quality=90)
    save("gray.tif", GRAY)
    save("gray_16_bits.tif", Image.fromarray(GRAY16))
    save("big_endian_16_bits.tif", Image.fromarray(GRAY16.astype(">u2")))
    save("palette.tif", PALETTE)
    save("rgba.tif", RGBA)
    save("cmyk.tif", IMAGE.convert("CMYK"))
    save("bilevel.tif", IMAGE.convert("1"), compression="group4")
    save("pages.tif", IMAGE, save_all=True, append_images=[GRAY])


def expected(file):
    image = Image.open(file)
    if image.mode.startswith("I;16") or image.mode == "I":
        high = (np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8)
        return Image.fromarray(high).convert("RGB")
    return ImageOps.exif_transpose(image).convert("RGB")


for kind in (jpegs, turned, pngs, webps, gifs, bmps, tiffs):
    kind()
for file in sorted(OUT.iterdir()):
    if file.suffix != ".ppm":
        expected(file).save(str(file) + ".ppm")
