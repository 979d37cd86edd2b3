"""Folders as disks have them: what is no file, links, names in other encodings."""

import os
import shutil
import subprocess

from lab import ROOT, rows


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


ATTACKS = [neither_file_nor_folder, in_a_list, names, left_out]
