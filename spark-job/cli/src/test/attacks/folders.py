"""Folders as disks have them: what is no file, links, names in other encodings."""

import os
import re
import shutil
import socket
import subprocess

from lab import ROOT, Boxmill, rows

DAY = re.compile(r"\d{4}-\d\d-\d\d[T ]?[\d:.]*(Z|\+00:00)?")


def neither_file_nor_folder(lab, survived):
    folder = lab.folder()
    shutil.copy(lab.scene, folder / "a.png")
    os.mkfifo(folder / "pipe.png")
    os.symlink("/dev/zero", folder / "zero.jpg")
    os.symlink(folder / "gone.png", folder / "dead.png")
    os.symlink("loop.png", folder / "loop.png")
    (folder / "deep").mkdir()
    os.symlink(folder, folder / "deep" / "up")
    reply, found = lab.label(folder)
    for name in ("pipe.png", "zero.jpg", "dead.png", "loop.png"):
        row = found.get(name)
        survived(f"{name} in a folder", row is None or row.status == "failed" and row.error, reply)
    survived("a picture beside them", found["a.png"].like(lab.expected()), reply)
    survived("a link to the folder above", len(found) <= 5, found)


def in_a_list(lab, survived):
    folder = lab.folder()
    shutil.copy(lab.scene, folder / "a.png")
    os.mkfifo(folder / "pipe.png")
    os.symlink(folder / "gone.png", folder / "dead.png")
    lines = ["a.png", "pipe.png", "dead.png", "gone.png", "/dev/zero", "ftp://127.0.0.1:9/x.jpg", "foo://x/y.jpg", "http://127.0.0.1:9/z.jpg"]
    (folder / "list.txt").write_text("\n".join(lines))
    reply, found = lab.label(folder / "list.txt")
    survived("a picture in a list of what is none", found["a.png"].like(lab.expected()), reply)
    for line in lines[1:]:
        row = found.get(line.rsplit("/", 1)[-1])
        survived(f"{line} in a list", row and row.status == "failed" and row.error, (reply, row))


def names(lab, survived):
    folder = lab.folder()
    for name in (b"\xc3\xa4.png", b"a\xcc\x88.png", b"\xe4.png", b"\xf6.png", b"with blank.png", b"100%.png", b"a#b?.png", b"[x]{y}*.png", "日本.png".encode(), b"tab\t.png", b"line\n.png"):
        shutil.copy(lab.scene, os.path.join(os.fsencode(folder), name))
    reply, found = lab.label(folder)
    survived("eleven odd names", reply.exit == 0 and len(found) == 11 and all(row.like(lab.expected()) for row in found.values()), (reply, list(found)))
    output = lab.folder() / "labels"
    words = [ROOT / "boxmill", "label", "--input", folder, "--output", output, "--precision", "fp32"]
    environment = {name: value for name, value in os.environ.items() if name not in ("LANG", "LC_ALL", "LC_CTYPE")}
    subprocess.run(words, env=environment | {"LC_ALL": "C"}, capture_output=True, check=False)
    survived("the same under LC_ALL=C", sorted(rows(output)) == sorted(found), list(rows(output)))


def left_out(lab, survived):
    folder = lab.folder()
    for name in ("_unsorted", ".hidden", "plain"):
        (folder / name).mkdir()
        shutil.copy(lab.scene, folder / name / f"{name}.png")
    reply, found = lab.label(folder)
    survived("a folder that is left out is named", "plain.png" in found and ("_unsorted.png" in found or "_unsorted" in reply.said), reply)
    reply, found = lab.label(lab.folder())
    survived("an empty folder", reply.exit == 2 and "the folder is empty" in reply.said, reply)


def siblings(lab, survived):
    folder = lab.folder()
    images = folder / "images"
    images.mkdir()
    shutil.copy(lab.scene, images / "a.png")
    shutil.copy(lab.scene, images / "A.png")
    shutil.copy(lab.scene, images / ("n" * 251 + ".png"))
    deep = images / "/".join(["deep"] * 60)
    deep.mkdir(parents=True)
    shutil.copy(lab.scene, deep / "d.png")
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._a.png", "notes.txt"):
        (images / name).write_bytes(b"junk")
    server = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(images)
    server.bind("socket.png")
    os.chdir(here)
    elsewhere = lab.folder()
    shutil.copy(lab.scene, elsewhere / "linked.png")
    os.symlink(elsewhere / "linked.png", images / "link.png")
    os.symlink(elsewhere, images / "folder")
    reply, found = lab.label(images)
    server.close()
    for name in ("a.png", "A.png", "n" * 251 + ".png", "d.png", "link.png"):
        survived(f"{name[:20]} in a folder", name in found and found[name].like(lab.expected()), (reply, list(found)))
    survived("a socket in a folder", "socket.png" not in found or found["socket.png"].status == "failed", found)
    survived("files of systems are left out", not {".DS_Store", "Thumbs.db", "desktop.ini", "notes.txt"} & set(found), found)
    count = len(found)
    for what, inputs in {"a slash at the end": [f"{images}/"], "the folder twice": [images, f"{images}/."], "a folder and a file of it": [images, images / "a.png"],
                         "..": [images / "deep/.."]}.items():
        reply, found = lab.label(*inputs)
        survived(what, reply.exit in (0, 3) and len(found) == count, (reply, list(found)))
    reply, found = lab.label(f"{images}/*.png")
    survived("a glob", "a.png" in found and "d.png" not in found, (reply, list(found)))
    reply, found = lab.label(f"{images}/no*.jpeg")
    survived("a glob that finds nothing", reply.exit == 2 and "no*.jpeg" in reply.said, reply)


def languages(lab, survived):
    """A language in which an i has no dot and a comma stands in numbers, with other digits and another calendar."""
    folder = lab.folder()
    shutil.copy(lab.scene, folder / "PICTURE.PNG")
    shutil.copy(lab.scene, folder / "i.tif.TIFF")
    expected = written(lab.boxmill, folder, lab.folder())
    boxmill = Boxmill(lab.boxmill.log, "-Duser.language=tr -Duser.country=TR -Duser.extensions=u-ca-buddhist-nu-thai")
    try:
        found = written(boxmill, folder, lab.folder())
    finally:
        boxmill.close()
    survived("a machine that speaks tr-TR-u-ca-buddhist-nu-thai", found == expected, (found, expected))


def written(boxmill, images, folder):
    """The rows of a table, and what all exports of it hold, but for the folder and the day."""
    labels = folder / "labels"
    replies = [boxmill.run("label", "--input", images, "--output", labels, "--precision", "fp32")]
    for form, name in (("coco", "coco.json"), ("cvat", "cvat.xml"), ("label-studio", "tasks.json"), ("yolo", "yolo")):
        replies.append(boxmill.run("export", "--labels", labels, "--format", form, "--output", folder / name))
    if any(reply.exit for reply in replies):
        return replies
    files = ["coco.json", "cvat.xml", "tasks.json", *sorted(str(path.relative_to(folder)) for path in folder.glob("yolo/labels/*"))]
    return rows(labels), {file: DAY.sub("", (folder / file).read_text()).replace(str(folder), "") for file in files}


ATTACKS = [neither_file_nor_folder, in_a_list, names, left_out, siblings, languages]
