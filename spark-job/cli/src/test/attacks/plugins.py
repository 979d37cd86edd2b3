"""Refiners that misbehave, compiled here."""

import subprocess

from lab import ROOT

SOURCE = """
import dev.boxmill.refiners.spi.*;
import dev.boxmill.schemas.Detection;
import java.util.*;

public final class Attack implements RefinerPlugin, RefinerFactory {
  public List<RefinerFactory> factories() { return List.of(this); }
  public String name() { return "attack"; }
  public List<RefinerOption> options() { return List.of(RefinerOption.text("how", "", "what it does")); }
  static <E extends Throwable> void sneak(Throwable t) throws E { throw (E) t; }
  public BoxRefiner create(RefinerOptions options, RefinerContext context) {
    String how = options.text("how");
    if (how.equals("create")) throw new NoClassDefFoundError("com/example/Gone");
    return new BoxRefiner() {
      public List<List<Detection>> refine(ImageBatch batch) {
        switch (how) {
          case "error": throw new StackOverflowError("deep");
          case "assertion": throw new AssertionError("never");
          case "checked": Attack.<RuntimeException>sneak(new Exception("sneaked")); return null;
          case "null": return null;
          case "nulls": return Collections.nCopies(batch.detections().size(), null);
          case "fewer": return List.of();
          case "text": throw new IllegalStateException("x".repeat(5_000_000));
          case "control": throw new IllegalStateException("\\u001b[31mred\\u0007\\r\\nline");
          case "interrupt": Thread.currentThread().interrupt(); return batch.detections();
          case "lazy": return new AbstractList<>() {
            public List<Detection> get(int i) { throw new IllegalStateException("lazy"); }
            public int size() { return batch.detections().size(); }
          };
          default: return batch.detections();
        }
      }
      public void close() { if (how.equals("close")) throw new IllegalStateException("closing"); }
    };
  }
}
"""


def jar(folder):
    (folder / "Attack.java").write_text(SOURCE)
    subprocess.run(["javac", "-nowarn", "-cp", ROOT / "spark-job/cli/target/boxmill.jar", "-d", folder / "classes", folder / "Attack.java"], check=True)
    services = folder / "classes/META-INF/services"
    services.mkdir(parents=True)
    (services / "dev.boxmill.refiners.spi.RefinerPlugin").write_text("Attack\n")
    subprocess.run(["jar", "--create", "--file", folder / "attack.jar", "-C", folder / "classes", "."], check=True)
    return folder / "attack.jar"


def misbehaving(lab, survived):
    plugin = jar(lab.folder())
    for how in ("error", "assertion", "checked", "null", "nulls", "fewer", "text", "lazy", "control"):
        reply, found = lab.label(lab.scene, options=["--jars", plugin, "--refiner", f"attack:how={how}"])
        row = found.get(lab.scene.name)
        survived(f"refine: {how}", row and row.status == "failed" and "attack" in row.error and len(row.error) < 5000, (reply, row))
        if how == "control":
            survived("control characters on the console", "\x1b[31mred" not in reply.said and "\x07" not in reply.said, repr(reply.said))
    for how in ("interrupt", "close", "none"):
        reply, found = lab.label(lab.scene, options=["--jars", plugin, "--refiner", f"attack:how={how}"])
        survived(f"refine: {how}", lab.scene.name in found and found[lab.scene.name].status == "ok", reply)
    reply, found = lab.label(lab.scene, options=["--jars", plugin, "--refiner", "attack:how=create"])
    survived("create: an Error", reply.exit in (1, 2) and "attack" in reply.said, reply)
    reply, _ = lab.label(lab.scene, options=["--jars", "/no/such.jar", "--refiner", "attack"])
    survived("a jar that is not there", reply.exit == 2 and "such.jar" in reply.said, reply)


ATTACKS = [misbehaving]
