"""Lists of images as exports, spreadsheets and clouds write them."""

import bz2
import codecs
import gzip
import http.server
import json
import shutil
import threading
import urllib.parse

from lab import rows


def forms(lab, survived):
    play(lab, survived, ("a b.png", "c,d.png"), written_forms)


def written_forms(folder):
    names = ("a b.png", "c,d.png")
    uri = (folder / "a b.png").as_uri()
    texts = {
        "plain.txt": "a b.png\nc,d.png\n",
        "crlf.txt": "a b.png\r\nc,d.png\r\n",
        "cr.txt": "a b.png\rc,d.png\r",
        "blanks.txt": "  a b.png  \n\nc,d.png\t\n",
        "bom.txt": "\ufeffa b.png\nc,d.png",
        "filename.csv": 'filename\n"a b.png"\n"c,d.png"\n',
        "file_name.csv": 'id,file_name,split\n1,a b.png,train\n2,"c,d.png",val\n',
        "Path.csv": 'ID;Path\n1;a b.png\n2;"c,d.png"\n',
        "tabs.tsv": "image\tlabel\na b.png\tcat\nc,d.png\tdog\n",
        "escapes.txt": f"{uri}\n{folder}/c,d.png\n",
        "manifest.jsonl": "".join(json.dumps({"source-ref": str(folder / name), "class": 1}) + "\n" for name in names),
        "files.jsonl": "".join(json.dumps({"file_name": name}) + "\n" for name in names),
        "coco.json": json.dumps({"images": [{"id": i, "file_name": name} for i, name in enumerate(names)], "annotations": [], "categories": []}),
    }
    contents = {name: text.encode() for name, text in texts.items()}
    for encoding, mark in (("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE)):
        contents[f"{encoding}.csv"] = mark + texts["file_name.csv"].encode(encoding)
    contents["packed.csv.gz"] = gzip.compress(contents["file_name.csv"])
    contents["packed.jsonl.gz"] = gzip.compress(contents["files.jsonl"])
    return contents


def play(lab, survived, names, write):
    """Each list in a folder of its own, beside the pictures that it names; all in one run."""
    lists = {}
    for name in write(lab.work):
        folder = lab.folder()
        for picture in names:
            (folder / picture).parent.mkdir(exist_ok=True)
            shutil.copy(lab.scene, folder / picture)
        lists[name] = folder / name
        lists[name].write_bytes(write(folder)[name])
    expected = {picture.rsplit("/", 1)[-1] for picture in names}
    for name, (reply, found) in lab.each(lists).items():
        survived(name, set(found) == expected and all(row.like(lab.expected()) for row in found.values()), (reply, found.keys()))


class Server(http.server.BaseHTTPRequestHandler):
    """Serves the scene to those who sign, at a path with a blank."""

    asked = []
    scene = b""

    def do_GET(self):
        self.asked.append(self.path)
        address = urllib.parse.urlsplit(self.path)
        known = urllib.parse.unquote(address.path) == "/pictures/a b.png" and "X-Amz-Signature=abc%2Fdef" in address.query
        self.send_response(200 if known else 403)
        self.send_header("Content-Length", str(len(self.scene) if known else 0))
        self.end_headers()
        if known:
            self.wfile.write(self.scene)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


def signed(lab, survived):
    Server.scene = lab.scene.read_bytes()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        folder = lab.folder()
        address = f"http://127.0.0.1:{server.server_port}/pictures/a%20b.png?X-Amz-Credential=SECRETID&X-Amz-Signature=abc%2Fdef"
        (folder / "list.txt").write_text(address)
        output = folder / "labels"
        reply, found = lab.label(folder / "list.txt", output=output)
        row = next(iter(found.values()), None)
        survived("an address with a signature is read", row and row.like(lab.expected()), (reply, Server.asked))
        kept = [path for path in output.rglob("*") if path.is_file() and b"SECRETID" in path.read_bytes()]
        survived("its signature is kept nowhere", not kept and "SECRETID" not in reply.said, (kept, reply))
        (folder / "list.txt").write_text(address.replace("SECRETID", "OTHERID"))
        reply, _ = lab.label(folder / "list.txt", output=output)
        survived("signed again, it is the same image", len(rows(output)) == 1 and reply.exit == 0, reply)
        server.shutdown()


def unusable(lab, survived):
    folder = lab.folder()
    (folder / "empty.txt").write_text("")
    (folder / "header.csv").write_text("filename\n")
    (folder / "none.csv").write_text("id,height\n1,2\n")
    (folder / "broken.jsonl").write_text('{"file_name": "a.png"}\n{"file_name": \n')
    shutil.copy(lab.scene, folder / "a.png")
    for path in ("empty.txt", "header.csv", "none.csv"):
        reply, found = lab.label(folder / path)
        survived(path, reply.exit in (2, 3) and path in reply.said or found, reply)
    reply, found = lab.label(folder / "broken.jsonl")
    survived("broken.jsonl", "broken.jsonl" in reply.said and reply.exit == 2 or found and found["a.png"].status == "ok", (reply, found))


def more_forms(lab, survived):
    play(lab, survived, ("a.png", "sub/b.png"), written_otherwise)


def written_otherwise(folder):
    texts = {
        "dots.txt": "./a.png\n./sub/../sub/b.png\n",
        "absolute.lst": f"{folder}/a.png\n{folder}/sub/b.png\n",
        "localhost.txt": f"file://localhost{folder}/a.png\nfile:{folder}/sub/b.png\n",
        "twice.txt": "a.png\nsub/b.png\na.png\n",
        "image_path.csv": "image_path,width\na.png,1\nsub/b.png,2\n",
        "image.csv": "split,image\ntrain,a.png\nval,sub/b.png\n",
        "uri.csv": "uri\na.png\nsub/b.png\n",
        "url.csv": "id,url\n1,a.png\n2,sub/b.png\n",
        "img.csv": "img,class\na.png,1\nsub/b.png,2\n",
        "image_url.csv": "image_url\na.png\nsub/b.png\n",
        "Image Path.csv": "Image Path,Class\na.png,1\nsub/b.png,2\n",
        "bars.csv": "path|split\na.png|train\nsub/b.png|val\n",
        "trailing.csv": "path,\na.png,\nsub/b.png,\n",
        "quoted lines.csv": 'path,note\n"a.png","two\nlines"\n"sub/b.png","a ""quote"""\n',
        "excel.csv": "sep=;\npath;note\na.png;1\nsub/b.png;2\n",
        "names.json": json.dumps(["a.png", "sub/b.png"]),
        "rows.json": json.dumps([{"file_name": "a.png", "width": 1}, {"file_name": "sub/b.png"}]),
        "image.jsonl": "".join(json.dumps({"image": name, "text": "x"}) + "\n" for name in ("a.png", "sub/b.png")),
        "path.ndjson": "".join(json.dumps({"path": name}) + "\n" for name in ("a.png", "sub/b.png")),
    }
    contents = {name: text.encode() for name, text in texts.items()}
    contents["packed.txt.bz2"] = bz2.compress(contents["dots.txt"])
    contents["packed.txt.gz"] = gzip.compress(contents["dots.txt"])
    return contents


ATTACKS = [forms, signed, unusable, more_forms]
