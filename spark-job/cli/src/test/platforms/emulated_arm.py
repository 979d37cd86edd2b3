"""Labels images as a machine with a 64-bit ARM processor would, by QEMU's emulation of one, and compares the boxes with this machine's.

    python emulated_arm.py IMAGES WORK [--passed FILE] [LABEL_OPTION …]

Needs Debian's qemu-user-static, apt-get (whose arm64 packages are unpacked into WORK, not installed), a built spark-job/cli/target, and the package
duckdb. Everything is real but the processor: an arm64 Java, PyTorch's and Leptonica's arm64 libraries, `boxmill label` on Spark.
Takes some minutes for three images. Ends with status 1 unless the same boxes lie within 0.05 px. FILE keeps a digest of what depends on the
processor (the versions of the native libraries, the code that loads and calls them, this script): nothing is done where it passed before.
"""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import duckdb

ROOT = pathlib.Path(__file__).resolve().parents[5]
TARGET = ROOT / "spark-job/cli/target"
PACKAGES = ["openjdk-17-jre-headless", "libstdc++6", "libgomp1", "libgcc-s1", "zlib1g", "libgfortran5"]
LIBRARIES = {
    "ai.djl.pytorch:pytorch-native-cpu:{libtorch.version}:jar:linux-aarch64",
    "org.bytedeco:leptonica:{leptonica.version}:jar:linux-arm64",
    "org.bytedeco:javacpp:{javacpp.version}:jar:linux-arm64",
}
CODE = ["detector/natives", "detector/torchscript", "detector/image", "spark-job/cli/src/test/platforms"]
NEAR = 0.05


def main():
    images, work, label_options = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), sys.argv[3:]
    passed = None
    if label_options[:1] == ["--passed"]:
        passed, label_options = pathlib.Path(label_options[1]), label_options[2:]
        if passed.exists() and passed.read_text().strip() == digest():
            print("Passed before; what depends on the processor is unchanged since")
            return
    work.mkdir(parents=True, exist_ok=True)
    root, libraries = arm_system(work), arm_libraries(work)
    for name in ("arm", "here"):
        shutil.rmtree(work / name, ignore_errors=True)
    common = ["--input", images, "--precision", "fp32", "--threads", "1", *label_options]
    emulated = emulator(root, libraries, work)
    began = time.monotonic()
    run([*emulated, "label", "--output", work / "arm", *common])
    print(f"emulated: {time.monotonic() - began:.0f} s")
    run([ROOT / "boxmill", "label", "--output", work / "here", *common])
    compare(work / "arm", work / "here")
    if passed:
        passed.write_text(digest() + "\n")


def digest():
    """Of the native libraries' names and versions, and of the code around them."""
    parts = [name.encode() for name in named_libraries()]
    files = (path for folder in CODE for path in (ROOT / folder).rglob("*"))
    parts += [path.read_bytes() for path in sorted(files) if path.suffix in (".java", ".py") and not re.search("/(target|src/test/java)/", str(path))]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def named_libraries():
    versions = (ROOT / "pom.xml").read_text(encoding="utf-8")
    return [re.sub(r"\{(.*?)\}", lambda name: re.search(f"<{name[1]}>(.*?)</", versions)[1], library) for library in sorted(LIBRARIES)]


def arm_system(work):
    """An arm64 Debian's Java and C libraries, unpacked; apt's state is a folder of its own."""
    root, state = work / "root", work / "apt"
    if not (root / "usr/lib/jvm").exists():
        for folder in ("lists/partial", "archives/partial"):
            (state / folder).mkdir(parents=True, exist_ok=True)
        (state / "status").touch()
        settings = work / "apt.conf"
        settings.write_text(
            f'APT::Architecture "arm64";\nAPT::Architectures {{ "arm64"; }};\nDir::State "{state}";\nDir::State::Lists "{state}/lists";\n'
            f'Dir::State::status "{state}/status";\nDir::Cache "{state}";\nDir::Cache::archives "{state}/archives";\n')
        environment = {**os.environ, "APT_CONFIG": str(settings)}
        subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
        subprocess.run(["apt-get", "install", "-d", "-y", "-qq", "--no-install-recommends", *PACKAGES], check=True, env=environment)
        for package in sorted((state / "archives").glob("*.deb")):
            subprocess.run(["dpkg-deb", "-x", package, root], check=True)
    return root


def arm_libraries(work):
    """The native libraries that boxmill-platform-linux-aarch64 names."""
    folder = work / "libraries"
    for coordinates in named_libraries():
        run([ROOT / "mvnw", "-q", "-B", "-ntp", "-N", "dependency:copy", f"-Dartifact={coordinates}", f"-DoutputDirectory={folder}"])
    return folder


def emulator(root, libraries, work):
    java = next(root.glob("usr/lib/jvm/java-17-*")) / "bin/java"
    opens = re.search(r"<spark.opens>(.*?)</spark.opens>", (ROOT / "pom.xml").read_text(encoding="utf-8"))[1].split()
    disk = forkless_disk(work)
    class_path = f"{disk}:{libraries}/*:{TARGET}/boxmill.jar:{TARGET}/spark/*"
    return [
        "qemu-aarch64-static", "-L", root, java, *opens, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx2g", f"-Djava.io.tmpdir={work}",
        f"-Duser.home={work}", "-Djava.awt.headless=true", "-Dai.djl.offline=true", "-cp", class_path, "dev.boxmill.job.Boxmill"]


def forkless_disk(work):
    """A folder for the class path: the emulated JVM starts no process."""
    folder = work / "disk"
    folder.mkdir(exist_ok=True)
    run(["javac", "-cp", f"{TARGET}/spark/*", "-d", folder, pathlib.Path(__file__).with_name("ForklessDisk.java")])
    (folder / "core-site.xml").write_text(
        "<configuration><property><name>fs.file.impl</name><value>ForklessDisk</value></property></configuration>")
    return folder


def run(command):
    environment = {**os.environ, "OPT_OUT_TRACKING": "true"}
    environment.pop("JDK_JAVA_OPTIONS", None)
    done = subprocess.run([str(word) for word in command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"{command}: status {done.returncode}\n{done.stdout}")
    print(done.stdout)
    return done.stdout


def compare(arm, here):
    sides = [rows(folder) for folder in (arm, here)]
    assert sides[0].keys() == sides[1].keys(), "other images"
    farthest, scores, count = 0, 0, 0
    for uri, boxes in sides[0].items():
        others = list(sides[1][uri])
        assert len(boxes) == len(others), f"{uri}: {len(boxes)} and {len(others)} boxes"
        for label, score, *corners in boxes:
            other = min((box for box in others if box[0] == label), key=lambda box: apart(box[2:], corners), default=None)
            assert other, f"{uri}: no second box of class {label}"
            others.remove(other)
            farthest, scores, count = max(farthest, apart(other[2:], corners)), max(scores, abs(score - other[1])), count + 1
    print(f"{len(sides[0])} images, {count} boxes: at most {farthest:.5f} px and {scores:.1e} of score between ARM and here")
    assert count > 0 and farthest <= NEAR, f"not within {NEAR} px"


def apart(corners, others):
    return max(abs(a - b) for a, b in zip(corners, others))


def rows(folder):
    boxes = "[[b.label_id, b.score, b.x_min, b.y_min, b.x_max, b.y_max] for b in boxes]"
    return dict(duckdb.sql(f"select image_uri, {boxes} from '{folder}/*.parquet' where status = 'ok'").fetchall())


main()
