"""Other users of the machine, secrets, and text that is not what it seems."""

import io
import json
import os
import subprocess
import tarfile

from lab import ROOT, rows


def secrets(lab, survived):
    for address in ("s3a://AKIAEXAMPLE:/S3CR3T+x@bucket/a/", "s3a://AKIAEXAMPLE%3A/S3CR3T@bucket/a/", "s3a://0123:456789S3CR3T@bucket/",
                    "https://user:S3CR3T@host/list.txt", "https://ghp_S3CR3T@host/list.txt", "s3a://bucket/a?X-Amz-Signature=S3CR3T"):
        for option in ("--input", "--output", "--detector"):
            words = {"--input": lab.scene, "--output": lab.work / "never"} | {option: address}
            reply = lab.boxmill.run("label", *[word for pair in words.items() for word in pair])
            survived(f"{option} {address.replace('S3CR3T', '…')}", reply.exit == 2 and "S3CR3T" not in reply.said, reply)


def names(lab, survived):
    folder = lab.folder()
    (folder / "names.txt").write_text("\x1b[31mred\n<script>alert(1)</script>\n\x07bell\n" + "x\n" * 7)
    (folder / "images").mkdir()
    (folder / "images/<img src=x onerror=alert(1)>.png").write_bytes(lab.scene.read_bytes())
    reply, _ = lab.label(folder / "images", output=folder / "labels", options=["--class-names", folder / "names.txt", "--min-score", "0"])
    survived("control characters in class names", "\x1b[31mred" not in reply.said and "\x07" not in reply.said, repr(reply.said))
    pages = list((folder / "labels").rglob("*.html"))
    survived("names that are HTML", all("<script>alert" not in page.read_text() and "<img src=x" not in page.read_text() for page in pages), pages)


def planted(lab, survived):
    """HOME can't be written, and somebody got to the shared folder for temporary files first."""
    folder = lab.folder()
    temp = folder / "tmp"
    temp.mkdir()
    temp.chmod(0o1777)
    for name in (".djl.ai", "djl.ai", f"djl-{os.getuid()}"):
        (temp / name / "pytorch").mkdir(parents=True)
        (temp / name).chmod(0o777)
    environment = {**os.environ, "HOME": "/proc/none", "TMPDIR": str(temp), "JDK_JAVA_OPTIONS": f"{os.environ.get('JDK_JAVA_OPTIONS', '')} -Djava.io.tmpdir={temp} -Duser.home=/proc/none"}
    output = folder / "labels"
    done = subprocess.run(
        [ROOT / "boxmill", "label", "--input", lab.scene, "--output", output, "--precision", "fp32"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    loaded = [path for name in (".djl.ai", "djl.ai", f"djl-{os.getuid()}") for path in (temp / name).rglob("*.so")]
    survived("folders for native code planted in a shared folder", not loaded and (len(rows(output)) == 1 or done.returncode == 2), (done.stdout, loaded))


def records(lab, survived):
    folder = lab.folder()
    lab.label(lab.scene, output=folder / "labels")
    record = folder / "labels/_boxmill/run.json"
    content = json.loads(record.read_text())
    content["classNames"] = {"0": "<script>alert(1)</script>"}
    record.write_text(json.dumps(content)[:-20])
    reply = lab.boxmill.run("preview", "--labels", folder / "labels", "--output", folder / "p.html")
    survived("a cut run.json", reply.exit in (0, 2) and "\tat " not in reply.said, reply)


def climbing(lab, survived):
    """Names of images that climb out of the folder that is written, and names that mean something to other programs."""
    folder = lab.folder()
    scene = lab.scene.read_bytes()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in ("../../../climbed.png", "/tmp/climbed.png", "a/../../climbed2.png", "=cmd|'calc'!A1.png", "..png", "con.png", "a\\b.png"):
            info = tarfile.TarInfo(name)
            info.size = len(scene)
            archive.addfile(info, io.BytesIO(scene))
    (folder / "deep/deeper").mkdir(parents=True)
    (folder / "deep/deeper/a.tar").write_bytes(out.getvalue())
    labels = folder / "deep/deeper/labels"
    reply, found = lab.label(folder / "deep/deeper/a.tar", output=labels)
    survived("entries that climb are labeled", len(found) >= 5 and all(row.status == "ok" for row in found.values()), (reply, found))
    for form in ("yolo", "cvat", "coco", "label-studio", "fiftyone"):
        reply = lab.boxmill.run("export", "--labels", labels, "--format", form, "--output", folder / f"deep/deeper/{form}")
        survived(f"they climb out of no export: {form}", "\tat " not in reply.said and not list(folder.glob("climbed*")) and not list(folder.glob("deep/climbed*")), reply)
    survived("nothing is in the shared folder", not os.path.exists("/tmp/climbed.txt") and not os.path.exists("/tmp/climbed.png"))


ATTACKS = [secrets, names, planted, records, climbing]
