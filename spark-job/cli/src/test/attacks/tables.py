"""Parquet tables of images as data sets and other tools write them."""

import datetime
import json

import numpy
import pyarrow
import pyarrow.parquet


def write(path, **columns):
    path.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(pyarrow.table(columns), path)


def columns(lab, survived):
    scene = lab.scene.read_bytes()
    now = [datetime.datetime(2024, 1, 1)] * 2
    folders = {name: lab.folder() for name in ("nanoseconds", "float16", "huggingface", "mixed", "assets", "uint64", "duration", "nested")}
    write(folders["nanoseconds"] / "a.parquet", image=[scene] * 2, when=pyarrow.array(now, pyarrow.timestamp("ns")))
    write(folders["float16"] / "a.parquet", image=[scene] * 2, vector=pyarrow.array([numpy.float16([1, 2])] * 2, pyarrow.list_(pyarrow.float16())))
    write(folders["huggingface"] / "train-00000.parquet", image=[{"bytes": scene, "path": "a.png"}, {"bytes": scene, "path": None}], label=[1, 2])
    write(folders["mixed"] / "a.parquet", image=[scene], extra=[1])
    write(folders["mixed"] / "b.parquet", image=[scene], extra=["text"])
    write(folders["assets"] / "data/train.parquet", image=[{"bytes": scene, "path": "a.png"}] * 2)
    (folders["assets"] / "assets").mkdir()
    (folders["assets"] / "assets/logo.png").write_bytes(scene)
    write(folders["uint64"] / "a.parquet", image=[scene] * 2, hash=pyarrow.array([2**64 - 1] * 2, pyarrow.uint64()))
    write(folders["duration"] / "a.parquet", image=[scene] * 2, took=pyarrow.array([1, 2], pyarrow.duration("ns")), at=pyarrow.array([1, 2], pyarrow.time64("ns")))
    write(folders["nested"] / "split=train/a.parquet", image=[scene] * 2, meta=[[{"a": {"b": 1}}]] * 2)
    for name, (reply, found) in lab.each(folders).items():
        held = len(found) >= 2 and all(row.like(lab.expected()) for row in found.values())
        survived(name, held, (reply, found))


def named_column(lab, survived):
    scene = lab.scene.read_bytes()
    folder = lab.folder()
    write(folder / "a.parquet", jpeg=[scene] * 2, thumb=[scene] * 2, id=[7, 8])
    reply, _ = lab.label(folder)
    survived("two byte columns, none of a known name", reply.exit == 2 and "jpeg" in reply.said and "--image-column" in reply.said, reply)
    reply, found = lab.label(folder, options=["--image-column", "jpeg"])
    survived("--image-column", len(found) == 2 and all(row.status == "ok" for row in found.values()), reply)
    output = lab.folder() / "labels"
    reply, found = lab.label(folder, output=output, options=["--image-column", "jpeg", "--keep-columns", "id"])
    survived("--keep-columns", len(found) == 2 and "id" in str(pyarrow.parquet.read_schema(next(output.glob("*.parquet")))), reply)
    reply, _ = lab.label(folder, options=["--image-column", "jpeg", "--keep-columns", "gone"])
    survived("--keep-columns of what there is not", reply.exit == 2 and "gone" in reply.said, reply)


def paths(lab, survived):
    folder = lab.folder()
    (folder / "pictures").mkdir()
    (folder / "pictures/a.png").write_bytes(lab.scene.read_bytes())
    kind = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
    write(folder / "data/a.parquet", image=pyarrow.array([{"bytes": None, "path": str(folder / "pictures/a.png")}], kind))
    reply, found = lab.label(folder / "data")
    survived("a path without bytes", any(row.like(lab.expected()) for row in found.values()), (reply, found))


def damaged(lab, survived):
    scene = lab.scene.read_bytes()
    folder = lab.folder()
    path = folder / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"image": [scene + bytes([i]) for i in range(3)]}), path, row_group_size=1, compression="none")
    write(folder / "b.parquet", image=[scene])
    start = pyarrow.parquet.ParquetFile(path).metadata.row_group(1).column(0).data_page_offset
    content = bytearray(path.read_bytes())
    content[start : start + 64] = b"\xff" * 64
    path.write_bytes(content)
    reply, found = lab.label(folder)
    survived("a damaged row group", sum(row.status == "ok" for row in found.values()) >= 2 and any("a.parquet" in (row.error or row.uri) for row in found.values() if row.status != "ok"), (reply, found))
    (folder / "c.parquet").write_bytes(b"PAR1 cut")
    reply, found = lab.label(folder)
    survived("a file that is no Parquet", sum(row.status == "ok" for row in found.values()) >= 2 and "c.parquet" in reply.said + str(found), (reply, found))


def logs(lab, survived):
    scene = lab.scene.read_bytes()
    folder = lab.folder()
    write(folder / "part-0.parquet", image=[scene])
    write(folder / "part-1.parquet", image=[scene])
    (folder / "_delta_log").mkdir()
    actions = [{"add": {"path": "part-0.parquet"}}, {"add": {"path": "part-1.parquet"}}, {"remove": {"path": "part-1.parquet"}}]
    (folder / "_delta_log/00000000000000000000.json").write_text("\n".join(map(json.dumps, actions)))
    reply, found = lab.label(folder)
    survived("a Delta table without its reader", reply.exit == 2 and "Delta" in reply.said and not found, reply)
    folder = lab.folder()
    write(folder / "data/part-0.parquet", image=[scene])
    (folder / "metadata").mkdir()
    (folder / "metadata/v1.metadata.json").write_text("{}")
    (folder / "metadata/version-hint.text").write_text("1")
    reply, found = lab.label(folder)
    survived("an Iceberg table without its reader", reply.exit == 2 and "Iceberg" in reply.said and not found, reply)


def kinds(lab, survived):
    """Columns of bytes in every type that Parquet has for them, in every compression."""
    scene = lab.scene.read_bytes()
    forms = {
        "large_binary": pyarrow.array([scene] * 2, pyarrow.large_binary()),
        "dictionary": pyarrow.array([scene] * 2, pyarrow.binary()).dictionary_encode(),
        "fixed": pyarrow.array([scene] * 2, pyarrow.binary(len(scene))),
        "a null beside": pyarrow.array([scene, scene, None], pyarrow.binary()),
    }
    folders = {name: lab.folder() for name in forms}
    for name, column in forms.items():
        write(folders[name] / "a.parquet", image=column, id=list(range(len(column))))
    for name, (reply, found) in lab.each(folders).items():
        column = forms[name]
        ok = [row for row in found.values() if row.status == "ok"]
        survived(name, len(ok) == 2 and len(found) == len(column) and all(row.like(lab.expected()) for row in ok), (reply, found))
    folders = {compression: lab.folder() for compression in ("none", "gzip", "brotli", "lz4", "zstd", "snappy")}
    for compression, folder in folders.items():
        pyarrow.parquet.write_table(pyarrow.table({"image": [scene] * 2}), folder / "a.parquet", compression=compression)
    for compression, (reply, found) in lab.each(folders).items():
        told = compression == "brotli" and "brotli" in (reply.said + str(found)).lower()
        survived(compression, told or len(found) == 2 and all(row.like(lab.expected()) for row in found.values()), (reply, found))


def folders(lab, survived):
    scene = lab.scene.read_bytes()
    folder = lab.folder()
    write(folder / "split=a b%2F/x.parquet", image=[scene], id=[1])
    write(folder / "split=__HIVE_DEFAULT_PARTITION__/x.parquet", image=[scene], id=[2])
    write(folder / "empty.parquet", image=pyarrow.array([], pyarrow.binary()), id=pyarrow.array([], pyarrow.int64()))
    (folder / "_SUCCESS").write_text("")
    (folder / "._x.parquet").write_bytes(b"AppleDouble")
    reply, found = lab.label(folder)
    survived("partitions with odd names, an empty file, files of other tools", len(found) == 2 and reply.exit == 0, (reply, found))
    (folder / "zero.parquet").write_bytes(b"")
    reply, found = lab.label(folder)
    survived("a file of no bytes", sum(row.status == "ok" for row in found.values()) == 2 and "zero.parquet" in reply.said + str(found), (reply, found))
    other = lab.folder()
    write(other / "a.parquet", image=[scene], id=[1])
    write(other / "b.parquet", picture=[scene], id=[2])
    reply, found = lab.label(other)
    held = any(row.status == "ok" for row in found.values()) or reply.exit == 2
    survived("a file without the column", held and "b.parquet" in reply.said + str(found), (reply, found))
    names = lab.folder()
    write(names / "a.parquet", **{"my.image": [scene], "id": [1]})
    reply, found = lab.label(names, options=["--image-column", "my.image"])
    survived("a column with a dot in its name", len(found) == 1, (reply, found))
    write(names / "b/a.parquet", **{"Image": [scene]})
    reply, found = lab.label(names / "b")
    survived("a column named Image", len(found) == 1 or "--image-column" in reply.said, (reply, found))
    secret = lab.folder()
    (secret / "a.parquet").write_bytes(b"PARE" + bytes(64) + b"PARE")
    write(secret / "b.parquet", image=[scene])
    reply, found = lab.label(secret)
    survived("an encrypted file", any(row.status == "ok" for row in found.values()) and "a.parquet" in reply.said + str(found), (reply, found))


ATTACKS = [columns, named_column, paths, damaged, logs, kinds, folders]
