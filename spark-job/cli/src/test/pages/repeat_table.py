"""Repeats a label table's labelled images under other names until there are enough of them, for pages of many pictures.

    python repeat_table.py LABELS OUTPUT COUNT

OUTPUT gets a table of COUNT rows, and beside it links to the images' files, which must lie on this machine: a picture is
read again as often as it is shown.
"""

import os
import sys
from pathlib import Path
from urllib.parse import unquote, urlparse

import pyarrow as arrow
import pyarrow.parquet as parquet


def main(labels, output, count):
    table = parquet.read_table(labels)
    rows = [row for row in table.to_pylist() if row["status"] == "ok"]
    images = output.with_name(output.name + "-images")
    images.mkdir(parents=True)
    repeated = []
    for index in range(count):
        row = dict(rows[index % len(rows)])
        file = Path(unquote(urlparse(row["image_uri"]).path))
        copy = images / f"{index:06d}-{file.name}"
        os.symlink(file, copy)
        row["image_uri"] = copy.absolute().as_uri()
        repeated.append(row)
    output.mkdir()
    parquet.write_table(arrow.Table.from_pylist(repeated, schema=table.schema), output / "part-0.parquet")
    print(f"{count} rows, {sum(row['box_count'] for row in repeated)} boxes, of {len(rows)} pictures")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
