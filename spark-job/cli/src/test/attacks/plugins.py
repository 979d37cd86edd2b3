"""Refiners that misbehave, compiled here."""

import subprocess

from lab import ROOT, rows

SOURCE = """
import dev.boxmill.refiners.spi.*;
import dev.boxmill.schemas.*;
import java.util.*;

public final class Attack implements RefinerPlugin, RefinerFactory {
  public List<RefinerFactory> factories() { return List.of(this); }
  public String name() { return "attack"; }
  public List<RefinerOption> options() { return List.of(RefinerOption.text("how", "", "what it does")); }
  static List<List<Detection>> changed(ImageBatch batch, float edge, float score) {
    List<List<Detection>> lists = new ArrayList<>();
    for (List<Detection> list : batch.detections()) {
      List<Detection> made = new ArrayList<>();
      for (Detection d : list) made.add(new Detection(d.query(), d.labelId(), score, new Box(edge, 0.5f, 0.1f, 0.1f), d.detectorBox()));
      lists.add(made);
    }
    return lists;
  }
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
          case "memory": throw new OutOfMemoryError("Java heap space");
          case "death": throw new ThreadDeath();
          case "interrupted": Attack.<RuntimeException>sneak(new InterruptedException("stop")); return null;
          case "exit": System.exit(0); return null;
          case "messageless": throw new RuntimeException((String) null);
          case "circle": {
            RuntimeException a = new RuntimeException("a");
            RuntimeException b = new RuntimeException("b", a);
            a.initCause(b);
            throw a;
          }
          case "broken": throw new RuntimeException() {
            public String getMessage() { throw new IllegalStateException("no message"); }
          };
          case "locale": Locale.setDefault(Locale.forLanguageTag("ar-u-nu-arab")); return batch.detections();
          case "zone": TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu")); return batch.detections();
          case "out": System.setOut(null); return batch.detections();
          case "nan": return changed(batch, Float.NaN, 0.5f);
          case "infinite": return changed(batch, Float.POSITIVE_INFINITY, 0.5f);
          case "score": return changed(batch, 0.5f, Float.NaN);
          case "many": {
            List<List<Detection>> lists = new ArrayList<>();
            for (List<Detection> list : batch.detections()) {
              List<Detection> more = new ArrayList<>();
              for (int i = 0; i < 200_000; i++) more.add(list.get(0));
              lists.add(more);
            }
            return lists;
          }
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


def more(lab, survived):
    plugin = jar(lab.folder())
    for how in ("memory", "death", "interrupted", "messageless", "circle", "broken", "nan", "infinite", "score"):
        reply, found = lab.label(lab.scene, options=["--jars", plugin, "--refiner", f"attack:how={how}"])
        row = found.get(lab.scene.name)
        survived(f"refine: {how}", row and row.status == "failed" and "attack" in row.error and len(row.error) < 5000, (reply, row))
    for how in ("locale", "zone", "many"):
        reply, found = lab.label(lab.scene, options=["--jars", plugin, "--refiner", f"attack:how={how}"])
        row = found.get(lab.scene.name)
        survived(f"refine: {how}", row and (row.status == "ok" or row.error), (reply, row))
    reply, found = lab.label(lab.scene)
    survived("the next run is as the first", found[lab.scene.name].like(lab.expected()), reply)
    folder = lab.folder()
    words = [ROOT / "boxmill", "label", "--input", lab.scene, "--output", folder / "labels", "--jars", plugin, "--refiner", "attack:how=exit"]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    survived("System.exit(0) in a plugin", done.returncode != 0 or rows(folder / "labels"), done.stdout)
    (folder / "text.jar").write_text("no jar")
    newer = folder / "newer"
    (newer / "META-INF/services").mkdir(parents=True)
    (newer / "META-INF/services/dev.boxmill.refiners.spi.RefinerPlugin").write_text("Attack\n")
    content = bytearray((plugin.parent / "classes/Attack.class").read_bytes())
    content[6:8] = (99).to_bytes(2, "big")
    (newer / "Attack.class").write_bytes(content)
    subprocess.run(["jar", "--create", "--file", folder / "newer.jar", "-C", newer, "."], check=True)
    for name in ("text.jar", "newer.jar"):
        words = [ROOT / "boxmill", "label", "--input", lab.scene, "--output", folder / name[:-4], "--jars", folder / name, "--refiner", "attack"]
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        survived(f"{name} as a plugin", done.returncode == 2 and "attack" in done.stdout and "\tat " not in done.stdout, done.stdout)


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


ATTACKS = [misbehaving, more]
