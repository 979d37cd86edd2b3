"""Labels images by `spark-submit --packages`, with boxmill from a Maven repository in a folder, and looks at what lies in it.

    python try_packages.py REPOSITORY VERSION IMAGES WORK

Needs the package pyspark, which brings spark-submit. What boxmill depends on comes from the user's local Maven repository, or from Maven Central.
"""

import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as tree

import pyspark

NAMESPACE = {"m": "http://maven.apache.org/POM/4.0.0"}
# What Maven Central asks of each POM, itself or by its parent.
ASKED = ["name", "description", "url", "licenses/m:license/m:name", "developers/m:developer/m:name", "scm/m:url"]
INHERITED = {"url", "licenses/m:license/m:name", "developers/m:developer/m:name", "scm/m:url"}


def main():
    repository, version = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    images, work = pathlib.Path(sys.argv[3]).resolve(), pathlib.Path(sys.argv[4]).resolve()
    check_repository(repository, version)
    said = label(repository, version, images, work)
    count = len(list(images.iterdir()))
    assert f"{count} images: {count} labeled, 0 failed" in said, said
    print(f"{count} images labeled by --packages dev.boxmill:boxmill-cli:{version}")


def check_repository(repository, version):
    folders = sorted(path for path in (repository / "dev/boxmill").iterdir() if path.is_dir())
    poms = {folder.name: tree.parse(next((folder / version).glob("*.pom"))).getroot() for folder in folders}
    assert "boxmill-bench" not in poms
    kinds = ("", "-sources", "-javadoc") if any(repository.rglob("*-sources.jar")) else ("",)  # of a release
    for name, pom in poms.items():
        check_pom(name, pom)
        if pom.findtext("m:packaging", "jar", NAMESPACE) == "jar":
            files = [path.name for path in (repository / "dev/boxmill" / name / version).iterdir()]
            for kind in kinds:
                assert any(re.fullmatch(rf"{name}-[\d.]+(-[\d.]+-\d+)?{kind}\.jar", file) for file in files), f"{name}: no {kind} jar in {files}"
    managed = {one.text for one in poms["boxmill-bom"].findall(".//m:dependencyManagement//m:artifactId", NAMESPACE)}
    libraries = {name for name, pom in poms.items() if pom.find("m:modules", NAMESPACE) is None} - {"boxmill-bom"}
    assert libraries <= managed, f"the BOM lacks {libraries - managed}"
    print(f"{len(poms)} artifacts, {len(libraries)} of them in the BOM")


def check_pom(name, pom):
    root = pom.find("m:parent", NAMESPACE) is None
    for element in ASKED:
        if root or element not in INHERITED:
            assert pom.findtext(f"m:{element}", None, NAMESPACE), f"{name} has no {element}"


def label(repository, version, images, work):
    submit = [
        pathlib.Path(pyspark.__file__).parent / "bin/spark-submit", "--master", "local[2]", "--driver-memory", "2g",
        "--repositories", repository.as_uri(), "--conf", f"spark.jars.ivy={work / 'ivy'}", "--conf", "spark.ui.enabled=false",
        "--conf", "spark.driver.host=127.0.0.1", "--conf", "spark.driver.bindAddress=127.0.0.1",
        "--packages", f"dev.boxmill:boxmill-cli:{version}", "--class", "dev.boxmill.job.Boxmill", "spark-internal",
        "label", "--input", images, "--output", work / "labels"]
    done = subprocess.run([str(word) for word in submit], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"spark-submit ended with {done.returncode}\n{done.stdout}")
    return done.stdout


main()
