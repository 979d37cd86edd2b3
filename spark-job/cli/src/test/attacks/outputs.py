"""Label tables that were cut, damaged or left behind, and places that can't be written."""

import os
import pathlib
import shutil

from lab import rows


def table(lab, images=4):
    folder = lab.folder()
    (folder / "images").mkdir()
    for number in range(images):
        (folder / f"images/{number}.png").write_bytes(lab.scene.read_bytes())
    lab.label(folder / "images", output=folder / "labels", options=["--chunk-images", "2"])
    return folder / "images", folder / "labels"


def again(lab, images, labels, *options):
    return lab.label(images, output=labels, options=["--chunk-images", "2", *options])


def damaged(lab, survived):
    for what, damage in {
        "a cut part": lambda path: path.write_bytes(path.read_bytes()[:-100]),
        "an empty part": lambda path: path.write_bytes(b""),
        "a part of zeros": lambda path: path.write_bytes(bytes(len(path.read_bytes()))),
    }.items():
        images, labels = table(lab)
        part = sorted(labels.glob("*.parquet"))[0]
        damage(part)
        reply, _ = lab.boxmill.run("label", "--input", images, "--output", labels, "--precision", "fp32"), None
        survived(f"{what} is named", part.name in reply.said and reply.exit == 2, reply)
        for command in ("preview", "export"):
            more = ["--format", "coco", "--output", labels.parent / "x.json"] if command == "export" else ["--output", labels.parent / "x.html"]
            reply = lab.boxmill.run(command, "--labels", labels, *more)
            survived(f"{what}: {command}", reply.exit in (1, 2) and part.name in reply.said, reply)
        part.unlink()
        for crc in labels.glob(f".{part.name}.crc"):
            crc.unlink()
        reply, found = again(lab, images, labels)
        survived(f"{what}, deleted, is made again", reply.exit == 0 and len(found) == 4, reply)


def lists(lab, survived):
    for what, damage in {"empty": b"", "cut": None}.items():
        images, labels = table(lab)
        for path in (labels / "_boxmill").rglob("*"):
            if path.is_file() and path.name.startswith("chunk"):
                path.write_bytes(path.read_bytes()[:10] if damage is None else damage)
        reply, found = again(lab, images, labels)
        survived(f"{what} chunk lists", reply.exit == 0 and len(found) == 4 or reply.exit == 2 and str(labels) in reply.said, (reply, found))


def unwritable(lab, survived):
    folder = lab.folder()
    (folder / "file").write_text("")
    for output in (folder / "file", folder / "file/labels", pathlib.Path("/proc/labels"), "nosuch://x/y"):
        reply, _ = lab.label(lab.scene, output=folder / "other"), None
        reply = lab.boxmill.run("label", "--input", lab.scene, "--output", output)
        survived(f"--output {str(output).replace(str(folder), '')}", reply.exit == 2 and "\tat " not in reply.said, reply)


def gone(lab, survived):
    images, labels = table(lab)
    (images / "0.png").unlink()
    reply, found = again(lab, images, labels)
    survived("an image that left the input is counted", reply.exit == 0 and len(found) == 4 and "no longer" in reply.said, reply)
    reply, found = again(lab, images, labels, "--drop-missing")
    survived("--drop-missing", reply.exit == 0 and len(found) == 3, reply)
    os.utime(images / "1.png")
    (images / "1.png").write_bytes(lab.scene.read_bytes() + b"\0")
    reply, found = again(lab, images, labels)
    survived("an image that changed", reply.exit == 0 and len(found) == 3, reply)


def leftovers(lab, survived):
    images, labels = table(lab)
    shutil.rmtree(labels)
    (labels / "_temporary/0/_temporary").mkdir(parents=True)
    reply, found = again(lab, images, labels)
    if reply.exit:
        reply, found = again(lab, images, labels, "--overwrite")
    survived("what a killed first run left", reply.exit == 0 and len(found) == 4, reply)


def other_settings(lab, survived):
    images, labels = table(lab)
    (images / "new.png").write_bytes(lab.scene.read_bytes())
    reply, found = again(lab, images, labels, "--min-score", "0.3")
    survived("other settings in one table", reply.exit == 2 and "min-score" in reply.said and len(rows(labels)) == 4, reply)


ATTACKS = [damaged, lists, unwritable, gone, leftovers, other_settings]
