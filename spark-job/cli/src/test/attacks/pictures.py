"""Picture files in the forms that cameras, scanners and editors write."""

import io
import zlib

import numpy
from PIL import Image, ImageOps


def same_picture(lab, survived):
    """Each form holds the scene's pixels, so that it gets the scene's labels."""
    scene = Image.open(lab.scene).convert("RGB")
    turned = scene.transpose(Image.Transpose.ROTATE_90)
    folder = lab.folder()
    exif = Image.Exif()
    exif[0x0112] = 6
    scene.save(folder / "plain.bmp")
    scene.save(folder / "plain.tif")
    scene.save(folder / "plain.ppm")
    scene.save(folder / "plain.webp", lossless=True)
    turned.save(folder / "turned.png", exif=exif)
    turned.save(folder / "turned.tif", tiffinfo=exif)
    for name in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "zstd", "lzma"):
        scene.save(folder / f"{name}.tif", compression=name)
    scene.save(folder / "big.tif", big_tiff=True)
    scene.save(folder / "predictor.tif", compression="tiff_lzw", tiffinfo={317: 2})
    scene.convert("RGBA").save(folder / "alpha.png")
    scene.convert("RGBA").save(folder / "alpha.tif")
    scene.save(folder / "wrong-extension.jpg", format="PNG")
    scene.save(folder / "UPPER.PNG")
    bmp = io.BytesIO()
    scene.save(bmp, format="BMP")
    (folder / "size-zero.bmp").write_bytes(b"BM\0\0\0\0" + bmp.getvalue()[6:])
    png_with(folder / "raw-profile.png", turned, b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(raw_profile(exif.tobytes())))
    png_with(folder / "xmp.png", turned, b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(6))
    deep = numpy.asarray(scene).astype(numpy.uint16) * 257
    (folder / "deep.ppm").write_bytes(b"P6\n%d %d\n65535\n" % scene.size + deep.astype(">u2").tobytes())
    reply, found = lab.label(folder)
    for path in sorted(folder.iterdir()):
        row = found.get(path.name)
        survived(path.name, row and row.like(lab.expected()), (row, reply.said))


def near_picture(lab, survived):
    """Forms that lose a little: read, upright and whole."""
    scene = Image.open(lab.scene).convert("RGB")
    turned = scene.transpose(Image.Transpose.ROTATE_90)
    folder = lab.folder()
    exif = Image.Exif()
    exif[0x0112] = 6
    jpeg = io.BytesIO()
    scene.save(jpeg, format="JPEG", quality=95)
    (folder / "no-end.jpg").write_bytes(jpeg.getvalue()[:-2])
    (folder / "rubbish-after.jpg").write_bytes(jpeg.getvalue() + b"rubbish" * 100)
    turned.save(folder / "exif.jpg", exif=exif)
    turned.save(folder / "xmp.jpg", xmp=xmp(6))
    scene.save(folder / "progressive.jpg", progressive=True)
    scene.convert("CMYK").save(folder / "cmyk.jpg")
    scene.convert("L").save(folder / "gray.jpg")
    scene.convert("P").save(folder / "palette.png")
    scene.save(folder / "still.gif")
    scene.convert("L").save(folder / "gray.tif")
    scene.convert("CMYK").save(folder / "cmyk.tif")
    scene.save(folder / "jpeg.tif", compression="jpeg")
    scene.convert("1").save(folder / "fax.tif", compression="group4")
    Image.fromarray(numpy.asarray(scene.convert("L")).astype(numpy.uint16) * 257).save(folder / "gray16.png")
    Image.fromarray(numpy.asarray(scene.convert("L")).astype(numpy.uint16) * 257).save(folder / "gray16.tif")
    Image.fromarray(numpy.asarray(scene.convert("L")).astype(numpy.float32) / 255).save(folder / "float.tif")
    rgb565(folder / "565.bmp", scene)
    reply, found = lab.label(folder)
    for path in sorted(folder.iterdir()):
        row = found.get(path.name)
        survived(path.name, row and row.status == "ok" and (row.width, row.height) == scene.size, (row, reply.said))


def no_picture(lab, survived):
    """Each gets a row with a reason, and takes nothing else along."""
    scene = Image.open(lab.scene).convert("RGB")
    folder = lab.folder()
    png = io.BytesIO()
    scene.save(png, format="PNG")
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "cut.png").write_bytes(png.getvalue()[: len(png.getvalue()) // 2])
    (folder / "page.jpg").write_text("<!doctype html><html>404 Not Found</html>")
    (folder / "heic.jpg").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64)
    (folder / "avif.jpg").write_bytes(b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + b"\0" * 64)
    (folder / "jxl.jpg").write_bytes(b"\0\0\0\x0cJXL \r\n\x87\n" + b"\0" * 64)
    (folder / "dicom.jpg").write_bytes(b"\0" * 128 + b"DICM" + b"\0" * 64)
    (folder / "bomb.png").write_bytes(png_bomb())
    reply, found = lab.label(folder)
    for path in sorted(folder.iterdir()):
        row = found.get(path.name)
        survived(path.name, row and row.status == "failed" and row.error, (row, reply.said))
    for name, word in (("heic.jpg", "HEIC"), ("avif.jpg", "AVIF"), ("jxl.jpg", "JPEG XL"), ("dicom.jpg", "DICOM")):
        survived(f"{name} is named as what it is", word in (found[name].error or ""), found[name])


def left_out(lab, survived):
    folder = lab.folder()
    Image.open(lab.scene).save(folder / "a.png")
    for number in range(3):
        (folder / f"{number}.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64)
    reply, found = lab.label(folder)
    survived("HEIC files among others are counted", "HEIC" in reply.said or len(found) == 4, reply)

def as_pillow(lab, survived):
    """Whatever Pillow opens gets the labels of what Pillow reads, or is named."""
    named = {"lab.tif": "CIELab", "plain.pcx": "PCX file left out", "plain.sgi": "SGI file left out"}
    scene = Image.open(lab.scene).convert("RGB")
    folder, read = lab.folder(), lab.folder()
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        scene.save(folder / f"turned-{orientation}.webp", lossless=True, exif=exif)
        scene.save(folder / f"turned-{orientation}.png", exif=exif)
    gray = scene.convert("L")
    scene.save(folder / "plain.jp2")
    scene.save(folder / "plain.j2k")
    scene.save(folder / "plain.tga")
    scene.save(folder / "packed.tga", compression="tga_rle")
    scene.save(folder / "plain.pcx")
    scene.save(folder / "plain.sgi")
    scene.save(folder / "plain.dib")
    scene.save(folder / "two.tif", save_all=True, append_images=[gray])
    scene.save(folder / "moving.webp", lossless=True, save_all=True, append_images=[scene.transpose(Image.Transpose.ROTATE_180)])
    scene.save(folder / "moving.png", save_all=True, append_images=[scene.transpose(Image.Transpose.ROTATE_180)])
    scene.quantize(64).save(folder / "moving.gif", save_all=True, append_images=[gray.quantize(64)])
    scene.save(folder / "two.mpo", save_all=True, append_images=[scene])
    scene.quantize(16).save(folder / "palette-4-bit.png", bits=4)
    scene.quantize(16).save(folder / "palette.bmp")
    scene.quantize(16).save(folder / "palette.tif")
    gray.save(folder / "gray.jp2")
    gray.convert("1").save(folder / "bits.png")
    gray.convert("1").save(folder / "bits.pbm")
    gray.save(folder / "gray.pgm")
    (folder / "text.ppm").write_bytes(b"P3 # a comment\n%d %d\n255\n" % scene.size + b" ".join(b"%d" % v for v in numpy.asarray(scene).ravel()))
    scene.save(folder / "420.jpg", quality=90, subsampling=2)
    scene.save(folder / "restart.jpg", quality=90, restart_marker_blocks=7)
    scene.convert("YCbCr").save(folder / "ycbcr.tif")
    scene.convert("LAB").save(folder / "lab.tif")
    scene.convert("LA").save(folder / "gray-alpha.png")
    tiff = io.BytesIO()
    gray.save(tiff, format="TIFF")
    (folder / "white-is-zero.tif").write_bytes(white_is_zero(tiff.getvalue()))
    scene.convert("RGB").quantize(200).save(folder / "clear.png", transparency=3)
    for path in folder.iterdir():
        ImageOps.exif_transpose(Image.open(path)).convert("RGB").save(read / f"{path.name}.png")
    reply, found = lab.label(folder)
    _, expected = lab.label(read)
    for path in sorted(folder.iterdir()):
        row, other = found.get(path.name), expected[f"{path.name}.png"]
        if path.name in named:
            held = named[path.name] in (row.error if row else reply.said)
            survived(f"{path.name} is named as what it is", held, (row, reply.said))
        else:
            size = row and (row.width, row.height) == (other.width, other.height)
            close = size and row.status == "ok" and len(row.boxes) == len(other.boxes)
            survived(f"{path.name}, as Pillow reads it", close, (row, other, reply.said))


def white_is_zero(tiff):
    """The photometric interpretation (tag 262) of a little-endian file becomes 0."""
    entry = (262).to_bytes(2, "little") + (3).to_bytes(2, "little") + (1).to_bytes(4, "little")
    at = tiff.index(entry) + len(entry)
    return tiff[:at] + bytes(2) + tiff[at + 2 :]


def odd_pictures(lab, survived):
    """Sizes at the edges: a row each, whatever becomes of it."""
    folder = lab.folder()
    for width, height in ((1, 1), (1, 500), (500, 1), (2, 3), (5000, 10), (10, 5000)):
        Image.new("RGB", (width, height), "gray").save(folder / f"{width}x{height}.png")
    Image.open(lab.scene).resize((9000, 7000)).save(folder / "large.jpg")
    # boxes reach over a border where no refiner clips them
    refiners = [word for name in ("refinebox", "merge-duplicates", "clip") for word in ("--refiner", name)]
    reply, found = lab.label(folder, options=refiners)
    for path in sorted(folder.iterdir()):
        row = found.get(path.name)
        survived(path.name, row and (row.status == "ok" or row.error), (row, reply.said))
        if row and row.status == "ok":
            inside = all(0 <= b[1] <= b[3] <= row.width and 0 <= b[2] <= b[4] <= row.height for b in row.boxes)
            survived(f"{path.name}: boxes inside", inside, row)


def xmp(orientation):
    return (
        b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
        b'tiff:Orientation="%d"/></rdf:RDF></x:xmpmeta>' % orientation)


def raw_profile(exif):
    return b"\nexif\n%8d\n" % len(exif) + exif.hex().encode() + b"\n"


def png_with(path, image, kind, content):
    """The picture with one chunk more, before its pixels."""
    png = io.BytesIO()
    image.save(png, format="PNG")
    chunk = len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")
    path.write_bytes(png.getvalue()[:33] + chunk + png.getvalue()[33:])


def png_bomb():
    header = (60000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big") for kind, content in chunks)


def rgb565(path, image):
    red, green, blue = (channel.astype(numpy.uint16) for channel in numpy.moveaxis(numpy.asarray(image), 2, 0))
    words = (red >> 3 << 11 | green >> 2 << 5 | blue >> 3)[::-1]
    width, height = image.size
    words = numpy.pad(words, ((0, 0), (0, width % 2))).astype("<u2").tobytes()
    header = (40, width, height, 1 | 16 << 16, 3, len(words), 2835, 2835, 0, 0)
    masks = (0xF800, 0x07E0, 0x001F)
    head = b"".join(number.to_bytes(4, "little") for number in (*header, *masks))
    path.write_bytes(b"BM" + (14 + len(head) + len(words)).to_bytes(4, "little") + bytes(4) + (14 + len(head)).to_bytes(4, "little") + head + words)


ATTACKS = [same_picture, near_picture, as_pillow, odd_pictures, no_picture, left_out]
