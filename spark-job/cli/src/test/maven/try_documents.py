"""Builds the Maven projects that pages of the documentation show, as pasted, against a repository in a folder.

    python try_documents.py REPOSITORY WORK PAGE…

A page's blocks become the files of an empty project: `xml` its pom.xml, `java` a class under src/main/java or, where its name begins
with Test, src/test/java, and a block without a language the services file that the line before it names. `mvn package` then compiles it
and runs its tests. Snapshots of dev.boxmill come from the folder alone; what else they need comes from the user's local repository, or
from Maven Central.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[5]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SERVICE = re.compile(r"`(src/main/resources/META-INF/services/[\w.]+)`")
SETTINGS = """<settings>
  <profiles>
    <profile>
      <id>folder</id>
      <repositories>
        <repository>
          <id>folder</id>
          <url>{repository}</url>
        </repository>
      </repositories>
    </profile>
  </profiles>
  <activeProfiles>
    <activeProfile>folder</activeProfile>
  </activeProfiles>
</settings>
"""


def place(language, text, before):
    """Where a block's file belongs in the project; None for blocks that are no file."""
    if language == "xml" and "<modelVersion>" in text:
        return "pom.xml"
    if language == "java" and text.startswith("package "):
        package = re.match(r"package ([\w.]+);", text).group(1).replace(".", "/")
        name = re.search(r"^(?:public )?(?:final )?class (\w+)", text, re.MULTILINE).group(1)
        return f"src/{'test' if name.startswith('Test') else 'main'}/java/{package}/{name}.java"
    named = SERVICE.findall(before)
    return named[-1] if named and not language else None


def unpack(page, project):
    text = page.read_text(encoding="utf-8")
    end = 0
    for block in BLOCK.finditer(text):
        path = place(block.group(1), block.group(2), text[end : block.start()])
        end = block.end()
        if path:
            target = project / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.group(2), encoding="utf-8")
    assert (project / "pom.xml").exists(), f"{page} shows no pom"


def ran_tests(project):
    reports = (project / "target/surefire-reports").glob("TEST-*.xml")
    return sum(int(re.search(r'tests="(\d+)"', report.read_text()).group(1)) for report in reports)


def main():
    repository, work = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
    work.mkdir(parents=True)
    settings = work / "settings.xml"
    settings.write_text(SETTINGS.format(repository=repository.as_uri()), encoding="utf-8")
    for number, page in enumerate(sys.argv[3:]):
        project = work / f"project-{number}"
        project.mkdir()
        unpack(pathlib.Path(page), project)
        maven = [ROOT / "mvnw", "-q", "-B", "-ntp", "-s", settings, f"-Dmaven.repo.local={work / 'm2'}"]
        maven += [f"-Dmaven.repo.local.tail={pathlib.Path.home() / '.m2/repository'}", "-Dmaven.repo.local.tail.ignoreAvailability=true"]
        subprocess.run([*maven, "-f", project / "pom.xml", "package"], check=True)
        assert ran_tests(project) > 0, f"{page}: no test ran"
        print(f"{page}: {ran_tests(project)} tests ran")


main()
