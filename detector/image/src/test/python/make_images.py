"""Draws the decoder's test images and what Pillow sees in them.

usage: make_images.py OUT_DIR        (the resources beside TestImageDecoder)
Made with Pillow 13.0.0 (libjpeg-turbo 3.2.0, libwebp 1.6.0, libtiff 4.7.2, OpenJPEG 2.5.4), tifffile 2026.3.3 and
NumPy 2.4.6, seed 7.
OUT_DIR/NAME is the image file, OUT_DIR/NAME.ppm its pixels:
ImageOps.exif_transpose(Image.open(NAME)).convert("RGB"), but 16-bit gray by its high byte, which Pillow clips at 255.
"""
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image, ImageOps, PngImagePlugin

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


ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def png(name, samples, color_type, bits, chunks=(), passes=((0, 0, 1, 1),)):
    """A PNG that Pillow can't write: rows of samples, packed to the given number of bits."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    parts = [samples[y::down, x::right] for y, x, down, right in passes]
    rows = []
    for row in (row.reshape(-1) for part in parts for row in part):
        if bits == 16:
            data = row.astype(">u2").tobytes()
        else:
            digits = np.unpackbits(row.astype(np.uint8)[:, None], axis=1)[:, 8 - bits:]
            data = np.packbits(digits.ravel()).tobytes()
        rows.append(b"\0" + data)
    header = struct.pack(">IIBBBBB", samples.shape[1], samples.shape[0], bits, color_type, 0, 0, len(passes) // 7)
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
    (OUT / "cmyk_unmarked.jpg").write_bytes(adobe[:at] + adobe[at + 16:])


def turned():
    for value in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = value
        save(f"turn{value}.jpg", IMAGE, quality=85, exif=exif)
    save("turn6.png", IMAGE, exif=exif_of(6))
    save("turn8.webp", IMAGE, lossless=True, exif=exif_of(8))
    save("turn3.tif", IMAGE, tiffinfo={0x0112: 3})
    save("turn6.tif", IMAGE, tiffinfo={0x0112: 6})


def xmp(value, form='="%d"'):
    return b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><tiff:Orientation%s</x:xmpmeta>' % (form % value).encode()


def text(key, value, **options):
    info = PngImagePlugin.PngInfo()
    (info.add_itxt if key.startswith("XML") else info.add_text)(key, value, **options)
    return info


def turned_elsewhere():
    save("xmp6.jpg", IMAGE, quality=85, xmp=xmp(6))
    save("xmp8_element.jpg", IMAGE, quality=85, xmp=xmp(8, ">%d</tiff:Orientation>"))
    save("exif3_xmp6.jpg", IMAGE, quality=85, exif=exif_of(3), xmp=xmp(6))
    save("xmp7.webp", IMAGE, lossless=True, xmp=xmp(7))
    save("xmp5.tif", IMAGE, tiffinfo={700: xmp(5)})
    key = "XML:com.adobe.xmp"
    save("xmp6.png", IMAGE, pnginfo=text(key, xmp(6).decode()))
    save("xmp5_deflated.png", IMAGE, pnginfo=text(key, xmp(5).decode(), zip=True))
    profile = exif_of(6).tobytes()
    digits = f"\nexif\n{len(profile):8}\n{profile.hex()}\n"
    save("profile6.png", IMAGE, pnginfo=text("Raw profile type exif", digits))
    save("profile6_deflated.png", IMAGE, pnginfo=text("Raw profile type exif", digits, zip=True))


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
    png("interlaced.png", RGB, 2, 8, passes=ADAM7)
    png("rgb_16_bits_interlaced.png", RGB16, 2, 16, passes=ADAM7)
    png("gray_alpha_16_bits_interlaced.png", np.dstack([GRAY16, ALPHA.astype(np.uint16) * 257]), 4, 16, passes=ADAM7)
    Image.fromarray(GRAY16).save(OUT / "gray_16_bits_filtered.png")
    colors = bytes(range(0, 240, 5))
    png("palette_too_short.png", np.asarray(GRAY) >> 3, 3, 8, [(b"PLTE", colors)])
    png("unknown_chunk.png", RGB, 2, 8, [(b"ABCD", b"critical by its capital letters")])
    png("gamma.png", RGB, 2, 8, [(b"gAMA", struct.pack(">I", 100000))])
    data = bytearray((OUT / "rgb.png").read_bytes())
    end = data.index(b"IEND") - 4
    data[end - 4:end] = b"\0\0\0\0"
    (OUT / "wrong_checksum.png").write_bytes(data)


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
    data = bytearray((OUT / "plain.gif").read_bytes())
    data[6:10] = struct.pack("<HH", 20, 15)
    (OUT / "larger_than_canvas.gif").write_bytes(data)


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


    five, six = (RGB >> 3).astype("<u2"), (RGB >> 2).astype("<u2")
    bits = five[..., 0] << 11 | six[..., 1] << 5 | five[..., 2]
    bmp("bits_565.bmp", 16, bits, 3, masks=(0xF800, 0x7E0, 0x1F))
    bmp("bits_565_v5.bmp", 16, bits, 3, 124, masks=(0xF800, 0x7E0, 0x1F, 0))
    bmp("bits_555.bmp", 16, five[..., 0] << 10 | five[..., 1] << 5 | five[..., 2])
    wide = np.dstack([RGB, ALPHA]).astype("<u4")
    bmp("masks_rgba.bmp", 32, wide[..., 3] << 24 | wide[..., 2] << 16 | wide[..., 1] << 8 | wide[..., 0], 3, 124,
        (0xFF, 0xFF00, 0xFF0000, 0xFF000000))
    for name, size in [("size_0.bmp", 0), ("size_wrong.bmp", 2**32 - 1)]:
        data = bytearray((OUT / "rgb.bmp").read_bytes())
        data[2:6] = struct.pack("<I", size)
        (OUT / name).write_bytes(data)
    bmp("os2.bmp", 24, RGB[..., ::-1].reshape(H, -1), header=12)
    (OUT / "no_file_header.dib").write_bytes((OUT / "rgb.bmp").read_bytes()[14:])
    bmp("runs_8.bmp", 8, runs(np.asarray(PALETTE)), 1, palette=PALETTE)
    few = IMAGE.convert("P", palette=Image.Palette.ADAPTIVE, colors=14)
    bmp("runs_4.bmp", 4, runs(np.asarray(few), 4), 2, palette=few)


def bmp(name, bits, rows, compression=0, header=40, masks=(), palette=None):
    """A BMP that Pillow can't write: rows of pixels from the top, or bytes as they are."""
    if not isinstance(rows, bytes):
        lines = [row.tobytes() for row in rows[::-1]]
        rows = b"".join(line + b"\0" * (-len(line) % 4) for line in lines)
    colors = np.array(palette.getpalette() if palette else [], np.uint8).reshape(-1, 3)
    colors = b"".join(bytes(color[::-1]) + b"\0" for color in colors)
    masks = struct.pack(f"<{len(masks)}I", *masks)
    if header == 12:
        info = struct.pack("<IHHHH", header, W, H, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", header, W, H, 1, bits, compression, len(rows), 0, 0, len(colors) // 4, 0)
        info += masks.ljust(header - 40, b"\0")
    start = 14 + len(info) + len(colors)
    (OUT / name).write_bytes(struct.pack("<2sIHHI", b"BM", start + len(rows), 0, 0, start) + info + colors + rows)


def runs(indices, bits=8):
    """Runs and stretches without any, by turns of 5 pixels."""
    data = b""
    for row in indices[::-1].tolist():
        for start in range(0, len(row), 5):
            part = row[start:start + 5]
            if len(part) < 3 or len(set(part)) == 1:
                data += b"".join(bytes([1, pixel << 8 - bits]) for pixel in part)
                continue
            count, part = len(part), part + [0] * (len(part) % 2)
            packed = bytes(part[:count]) if bits == 8 else bytes(a << 4 | b for a, b in zip(part[::2], part[1::2]))
            data += bytes([0, count]) + packed + b"\0" * (len(packed) % 2)
        data += b"\0\0"
    return data + b"\0\1"


def netpbm():
    bits = (np.asarray(IMAGE.convert("1")) == 0).astype(np.uint8)
    (OUT / "text.pbm").write_bytes(b"P1 45 34\n" + "\n".join("".join(map(str, row)) for row in bits).encode())
    (OUT / "packed.pbm").write_bytes(b"P4\n# bits\n45 34\n" + np.packbits(bits, axis=1).tobytes())
    (OUT / "text.pgm").write_bytes(b"P2\n45 34 #width\n15\n" + " ".join(map(str, (np.asarray(GRAY) >> 4).ravel())).encode())
    (OUT / "gray.pgm").write_bytes(b"P5 45 34 255\n" + np.asarray(GRAY).tobytes())
    (OUT / "rgb.pnm").write_bytes(b"P6 45 34 255\n" + RGB.tobytes())
    (OUT / "rgb_10_bits.pnm").write_bytes(b"P6 45 34 1023\n" + (RGB.astype(">u2") * 4).tobytes())


def targas():
    save("rgb.tga", IMAGE)
    save("rgb_runs.tga", IMAGE.quantize(9).convert("RGB"), compression="tga_rle")
    save("rgba_runs.tga", RGBA, compression="tga_rle")
    save("gray.tga", GRAY)
    save("palette.tga", PALETTE)
    save("palette_runs_from_top.tga", PALETTE, compression="tga_rle", orientation=1)
    five = (RGB >> 3).astype("<u2")
    header = struct.pack("<BBBHHBHHHHBB", 0, 0, 2, 0, 0, 0, 0, 0, W, H, 16, 0x20)
    (OUT / "bits_15.tga").write_bytes(header + (five[..., 0] << 10 | five[..., 1] << 5 | five[..., 2]).tobytes())


def jpeg_2000s():
    save("lossless.jp2", IMAGE)
    save("lossy.jp2", IMAGE, irreversible=True, quality_layers=[12])
    save("tiles.j2k", IMAGE, tile_size=(16, 16))
    save("gray.jp2", GRAY)
    save("rgba.jp2", RGBA)


def written(name, samples, photometric="rgb", **options):
    tifffile.imwrite(OUT / name, samples, photometric=photometric, metadata=None, **options)


def other_tiffs():
    save("zstd.tif", IMAGE, compression="zstd")
    save("lzma.tif", IMAGE, compression="lzma")
    save("fax3.tif", IMAGE.convert("1"), compression="group3")
    save("fax3_fill_order.tif", IMAGE.convert("1"), compression="group3", tiffinfo={266: 2})
    written("predictor_16_bits.tif", RGB16, compression="deflate", predictor=True)
    written("predictor_16_bits_big_endian.tif", RGB16, compression="lzw", predictor=True, byteorder=">")
    written("bigtiff.tif", RGB, bigtiff=True)
    written("bigtiff_tiles.tif", RGB, bigtiff=True, tile=(16, 32), compression="zstd", predictor=True)
    written("strips.tif", RGB, rowsperstrip=5, compression="lzma", predictor=True)
    written("planes.tif", np.moveaxis(RGB, -1, 0).copy(), planarconfig="separate", rowsperstrip=7, compression="packbits")
    multiplied = (RGB.astype(int) * ALPHA[..., None] // 255).astype(np.uint8)
    alpha = np.dstack([multiplied, ALPHA])
    written("multiplied.tif", alpha, extrasamples=["assocalpha"])
    written("multiplied_16_bits.tif", alpha.astype(np.uint16) * 257, extrasamples=["assocalpha"], compression="zstd")
    written("five_channels.tif", np.dstack([RGB, ALPHA, ALPHA]), extrasamples=["unassalpha", "unspecified"])
    written("white_is_zero.tif", 255 - np.asarray(GRAY), "miniswhite", compression="lzw")
    written("cmyk_16_bits.tif", np.asarray(IMAGE.convert("CMYK")).astype(np.uint16) * 257, "separated")
    written("ycbcr.tif", np.asarray(IMAGE.convert("YCbCr")), "ycbcr", compression="deflate")
    written("ycbcr_stored.tif", np.asarray(IMAGE.convert("YCbCr")), "ycbcr")
    written("jpeg_tiles.tif", RGB, "ycbcr", compression="jpeg", tile=(16, 16), subsampling=(2, 2))


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


for kind in (jpegs, turned, turned_elsewhere, pngs, webps, gifs, bmps, tiffs, other_tiffs, netpbm, targas,
             jpeg_2000s):
    kind()
for file in sorted(OUT.iterdir()):
    if file.suffix != ".ppm":
        expected(file).save(str(file) + ".ppm")
