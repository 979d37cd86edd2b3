"""boxmill from Python: pre-labels large image sets on Apache Spark.

`BoxLabeler` labels the images of a DataFrame, in a classic session or through Spark Connect. `label`, `evaluate` and the other
functions run boxmill's commands in the driver of a classic session. Start the session by `configure_spark_with_boxmill`.
"""

from boxmill.commands import (
    BoxmillError,
    FailedImagesError,
    calibrate,
    compare,
    evaluate,
    export,
    fuse,
    label,
    preview,
    refine,
    review,
    run,
    train_detector,
    train_refiner,
    triage,
)
from boxmill.labeler import BoxLabeler
from boxmill.session import configure_spark_with_boxmill

__all__ = [
    "BoxLabeler",
    "BoxmillError",
    "FailedImagesError",
    "calibrate",
    "compare",
    "configure_spark_with_boxmill",
    "evaluate",
    "export",
    "fuse",
    "label",
    "preview",
    "refine",
    "review",
    "run",
    "train_detector",
    "train_refiner",
    "triage",
]
