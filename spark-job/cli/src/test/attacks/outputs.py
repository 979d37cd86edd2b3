"""Label tables that were cut, damaged or left behind, and places that can't be written."""

import os
import pathlib
import shutil
import subprocess

from lab import ROOT, rows


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


def places(lab, survived):
    """Folders that hold somebody's files are not taken for tables."""
    folder = lab.folder()
    mine = folder / "mine"
    mine.mkdir()
    shutil.copy(lab.scene, mine / "photograph.png")
    (mine / "thesis.txt").write_text("years of work")
    for command in (
        ["label", "--input", lab.scene, "--output", mine, "--overwrite"],
        ["label", "--input", mine, "--output", mine, "--overwrite"],
        ["export", "--labels", lab_table(lab), "--format", "yolo", "--output", mine, "--overwrite"],
        ["triage", "--labels", lab_table(lab), "--output", mine, "--overwrite"],
        ["compare", "--labels", lab_table(lab), "--labels", lab_table(lab), "--output", mine / "thesis.txt"],
    ):
        reply = lab.boxmill.run(*command)
        there = (mine / "photograph.png").exists() and (mine / "thesis.txt").exists() and (mine / "thesis.txt").read_text() == "years of work"
        survived(f"{command[0]} {'over' if '--overwrite' in command else 'into'} a folder of other files", there and "\tat " not in reply.said, reply)
        if not there:
            shutil.rmtree(mine)
            mine.mkdir()
            shutil.copy(lab.scene, mine / "photograph.png")
            (mine / "thesis.txt").write_text("years of work")
    images, labels = table(lab)
    reply, found = lab.label(images, output=images / "labels", options=["--chunk-images", "2"])
    again_reply, again_found = lab.label(images, output=images / "labels", options=["--chunk-images", "2"])
    survived("a table in the folder of its images", again_reply.exit in (0, 2) and len(again_found) == len(found), (reply, again_reply))
    os.symlink(labels, images.parent / "link")
    reply, found = again(lab, images, images.parent / "link")
    survived("a link to a table", reply.exit == 0 and len(found) == 4 and (images.parent / "link").is_symlink(), (reply, found))
    reply, _ = lab.label(images, output=images.parent / "link", options=["--overwrite"])
    survived("a link to a table, overwritten", reply.exit in (0, 2) and len(rows(images.parent / "link")) == 4, reply)


def lab_table(lab):
    if not hasattr(lab, "one_table"):
        lab.one_table = lab.folder() / "labels"
        lab.label(lab.scene, output=lab.one_table)
    return lab.one_table


def masked(lab, survived):
    """Files and folders are for whom umask lets in."""
    folder = lab.folder()
    script = (f"umask 077; {ROOT}/boxmill label --input {lab.scene} --output {folder}/labels --precision fp32"
              f" && {ROOT}/boxmill export --labels {folder}/labels --format yolo --output {folder}/yolo"
              f" && {ROOT}/boxmill preview --labels {folder}/labels --output {folder}/page.html"
              f" && {ROOT}/boxmill triage --labels {folder}/labels --output {folder}/triage")
    done = subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    open_to_all = [path for path in folder.rglob("*") if path.stat().st_mode & 0o077]
    survived("umask 077", done.returncode == 0 and not open_to_all, (done.stdout, open_to_all[:5]))


ATTACKS = [damaged, lists, unwritable, gone, leftovers, other_settings, places, masked]
