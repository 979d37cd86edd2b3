"""Picture files in the forms that cameras, scanners and editors write."""

import io
import zlib

import numpy
from PIL import Image



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


ATTACKS = [same_picture, near_picture, no_picture, left_out]
