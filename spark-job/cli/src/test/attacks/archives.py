"""Tar archives of every make."""

import bz2
import gzip
import io
import lzma
import shutil
import tarfile
import zipfile

import pyarrow


def tar(entries):
    """Bytes of an archive of (name, content) pairs; a text as content is a link's target."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def packed(lab, survived):
    scene = lab.scene.read_bytes()
    plain = tar([("a.png", scene), ("b.png", scene)])
    forms = {
        "a.tar": plain, "a.tar.gz": gzip.compress(plain), "a.tgz": gzip.compress(plain), "a.tar.bz2": bz2.compress(plain),
        "a.tar.xz": lzma.compress(plain), "a.tar.zst": bytes(pyarrow.compress(plain, "zstd", asbytes=True)),
        "gzipped.tar": gzip.compress(plain), "concatenated.tar": tar([("a.png", scene)]) + tar([("b.png", scene)]),
        "members.tar.gz": gzip.compress(plain[:2000]) + gzip.compress(plain[2000:]), "no-end.tar": plain[: 2 * (512 + -(-len(scene) // 512) * 512)],
    }
    archives = {name: lab.folder() / name for name in forms}
    for name, path in archives.items():
        path.write_bytes(forms[name])
    for name, (reply, found) in lab.each(archives).items():
        survived(name, set(found) == {"a.png", "b.png"} and all(row.like(lab.expected()) for row in found.values()), (reply, found))


def entries(lab, survived):
    scene = lab.scene.read_bytes()
    folder = lab.folder()
    (folder / "a.tar").write_bytes(tar([
        ("x/a.png", scene), ("__MACOSX/x/._a.png", b"AppleDouble"), ("x/._a.png", b"AppleDouble"), (".ipynb_checkpoints/a.png", scene),
        ("x/link.png", "a.png"), ("x/dead.png", "gone.png"), ("../../evil.png", scene), ("/etc/evil2.png", scene), ("empty.png", b"")]))
    reply, found = lab.label(folder / "a.tar")
    survived("a picture among junk", found["a.png"].like(lab.expected()), reply)
    survived("junk of macOS and notebooks is left out", not any("._" in name for name in found), found)
    survived("a dead link", "dead.png" not in found or found["dead.png"].status == "failed", found)
    survived("an empty entry", "empty.png" not in found or found["empty.png"].status == "failed", found)
    survived("names that climb out", not list(lab.work.glob("evil*")), reply)
    (folder / "b.tar").write_bytes(tar([("x.png", scene)]))
    (folder / "b.tar!").mkdir()
    (folder / "b.tar!/x.png").write_bytes(scene)
    reply, found = lab.label(folder / "b.tar", folder / "b.tar!")
    survived("a folder named like an archive's entries", reply.exit == 0 and "2 image" in reply.said, reply)


def ranges(lab, survived):
    folder = lab.folder()
    for number in range(3):
        (folder / f"shard-{number:06d}.tar").write_bytes(tar([(f"{number}.png", lab.scene.read_bytes())]))
    reply, found = lab.label(f"{folder}/shard-{{000000..000002}}.tar")
    survived("shard-{000000..000002}.tar", len(found) == 3, reply)


def damaged(lab, survived):
    scene = lab.scene.read_bytes()
    folder = lab.folder()
    whole = tar([("a.png", scene), ("b.png", scene)])
    (folder / "cut.tar").write_bytes(whole[: len(whole) // 2 - 600])
    (folder / "cut.tar.gz").write_bytes(gzip.compress(whole)[:-2000])
    (folder / "page.tar").write_text("<html>404</html>")
    (folder / "good.tar").write_bytes(tar([("good.png", scene)]))
    reply, found = lab.label(folder)
    survived("damaged archives beside a good one", found["good.png"].like(lab.expected()) and "cut.tar" in str(found) + reply.said, (reply, found))


def bomb(lab, survived):
    folder = lab.folder()
    zeros = 1000 << 20
    with gzip.open(folder / "bomb.tar.gz", "wb", compresslevel=1) as out:
        for name in ("a.png", "b.png"):
            info = tarfile.TarInfo(name)
            info.size = zeros
            out.write(info.tobuf())
            for _ in range(zeros >> 20):
                out.write(bytes(1 << 20))
        out.write(bytes(1024))
    reply, found = lab.label(folder / "bomb.tar.gz")
    survived("two entries of 1000 MiB in 9 MB", len(found) == 2 and all(row.status == "failed" for row in found.values()), (reply, found))


def more_entries(lab, survived):
    scene = lab.scene.read_bytes()
    folder = lab.folder()
    long = "/".join(["a folder with a long name"] * 12) + "/long.png"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in (long, "日本.png", "twice.png", "twice.png"):
            info = tarfile.TarInfo(name)
            info.size = len(scene)
            archive.addfile(info, io.BytesIO(scene))
        hard = tarfile.TarInfo("hard.png")
        hard.type, hard.linkname = tarfile.LNKTYPE, "日本.png"
        archive.addfile(hard)
        for name, kind in (("pipe.png", tarfile.FIFOTYPE), ("null.png", tarfile.CHRTYPE), ("folder.png", tarfile.DIRTYPE)):
            info = tarfile.TarInfo(name)
            info.type = kind
            archive.addfile(info)
    (folder / "pax.tar").write_bytes(out.getvalue())
    reply, found = lab.label(folder / "pax.tar")
    survived("long names and other scripts", {"long.png", "日本.png"} <= set(found) and all(found[name].status == "ok" for name in ("long.png", "日本.png")), (reply, found))
    survived("a hard link beside its picture", "hard.png" not in found and "1 link to an image that has its own row" in reply.said, (reply, found))
    survived("an entry that is there twice", "twice.png" in found and reply.exit in (0, 3), (reply, found))
    survived("pipes, devices and folders in an archive", not any(name in found and found[name].status == "ok" for name in ("pipe.png", "null.png", "folder.png")), found)
    webdataset = tar([("000.jpg", scene), ("000.json", b"{}"), ("000.cls", b"1"), ("001.seg.png", scene), ("001.jpg", scene)])
    (folder / "web.tar").write_bytes(webdataset)
    reply, found = lab.label(folder / "web.tar")
    survived("samples of WebDataset", {"000.jpg", "001.jpg"} <= set(found) and "000.json" not in found, (reply, found))
    (folder / "gnu.tar").write_bytes(names_in_bytes(scene))
    reply, found = lab.label(folder / "gnu.tar")
    survived("names in another encoding are two images", len(found) == 2 and reply.exit == 0, (reply, found))
    (folder / "a.tar.lz4").write_bytes(bytes(pyarrow.compress(tar([("a.png", scene)]), "lz4", asbytes=True)))
    reply, found = lab.label(folder / "a.tar.lz4")
    survived("a.tar.lz4", "a.png" in found and found["a.png"].like(lab.expected()), (reply, found))
    (folder / "outer.tar").write_bytes(tar([("inner.tar", tar([("x.png", scene)])), ("y.png", scene)]))
    reply, found = lab.label(folder / "outer.tar")
    survived("an archive in an archive", "y.png" in found and found["y.png"].like(lab.expected()), (reply, found))


def names_in_bytes(scene):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT, encoding="latin-1") as archive:
        for name in ("\u00e4.png", "\u00f6.png"):
            info = tarfile.TarInfo(name)
            info.size = len(scene)
            archive.addfile(info, io.BytesIO(scene))
    return out.getvalue()


def other_archives(lab, survived):
    folder = lab.folder()
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.write(lab.scene, "a.png")
    for name, head in (("a.zip", None), ("a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(64)), ("a.rar", b"Rar!\x1a\x07\x01\0" + bytes(64))):
        if head:
            (folder / name).write_bytes(head)
        reply, found = lab.label(folder / name)
        survived(f"{name} is named", reply.exit in (2, 3) and name in reply.said and "\tat " not in reply.said or found, (reply, found))
    shutil.copy(lab.scene, folder / "b.png")
    reply, found = lab.label(folder)
    survived("archives of other kinds beside pictures", found["b.png"].like(lab.expected()), (reply, found))


ATTACKS = [packed, entries, ranges, damaged, bomb, more_entries, other_archives]
