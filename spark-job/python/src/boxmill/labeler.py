"""The stage of a pipeline that labels images."""

from __future__ import annotations

from typing import Any

from pyspark import keyword_only
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable
from pyspark.ml.wrapper import JavaTransformer

JAVA_CLASS = "dev.boxmill.job.ml.BoxLabeler"


class BoxLabeler(JavaTransformer, DefaultParamsReadable["BoxLabeler"], DefaultParamsWritable):
    """Labels the images of a DataFrame.

    Each row gets a column, named by ``outputCol``, that holds the columns of the label table for its image; all other columns stay.
    Images are bytes in ``contentCol`` (as Spark's source ``binaryFile`` gives them) or, where the DataFrame has no such column, read
    from the address in ``uriCol``. An image that cannot be labeled gives a row whose ``labels.status`` is ``failed``; none is left out.
    Rows may change their order within a partition.

    >>> photos = spark.read.format("binaryFile").load("photos")  # doctest: +SKIP
    >>> labeled = BoxLabeler(minScore=0.5).transform(photos)  # doctest: +SKIP
    >>> labeled.selectExpr("path", "explode(labels.boxes) box").select("path", "box.*").show()  # doctest: +SKIP

    Parameters
    ----------
    uriCol
        column of the images' addresses, which names them too (``path``)
    contentCol
        column of the images' bytes, if there is one (``content``)
    outputCol
        the new column (``labels``)
    detector
        a directory or ``.pth``, or ``embedded``
    architecture
        of a ``.pth`` that does not tell it
    classNames
        a file of class names
    prompt
        what a detector that reads is to find: phrases with periods between them, each a class
    prompts
        the same as a file of classes and their phrases
    textThreshold
        the score that a class must have for a box whose best class scores above ``minScore``; -1: the same
    refiners
        refiners in order, or the one ``none``; without it ``refinebox`` where the detector has one
    precision
        ``auto``, ``fp32``, ``bf16`` or ``fp16``
    minScore
        only boxes that score above it are kept, 0 to 1 (0.05)
    topK
        boxes per image at most; 0: as the checkpoint says
    maxPixels
        images that declare more pixels are refused
    tiles
        how larger pictures are cut, as ``640`` or ``640:overlap=0.2,full=true``; without it they stay whole
    decode
        ``full``, or ``scaled``: large JPEGs at a fraction of their size, which takes less time
    """

    uriCol: Param[str] = Param(Params._dummy(), "uriCol", "column of the images' addresses, which names them too", TypeConverters.toString)
    contentCol: Param[str] = Param(Params._dummy(), "contentCol", "column of the images' bytes, if there is one", TypeConverters.toString)
    outputCol: Param[str] = Param(Params._dummy(), "outputCol", "new column for the labels", TypeConverters.toString)
    detector: Param[str] = Param(Params._dummy(), "detector", "a directory or .pth, or 'embedded'", TypeConverters.toString)
    architecture: Param[str] = Param(Params._dummy(), "architecture", "of a .pth that does not tell it", TypeConverters.toString)
    classNames: Param[str] = Param(Params._dummy(), "classNames", "a file of class names", TypeConverters.toString)
    prompt: Param[str] = Param(Params._dummy(), "prompt", "phrases to find, with periods between them", TypeConverters.toString)
    prompts: Param[str] = Param(Params._dummy(), "prompts", "a file of classes and their phrases", TypeConverters.toString)
    textThreshold: Param[float] = Param(Params._dummy(), "textThreshold", "score of a box's classes; -1: that of minScore", TypeConverters.toFloat)
    refiners: Param[list[str]] = Param(Params._dummy(), "refiners", "refiners in order, or the one 'none'", TypeConverters.toListString)
    precision: Param[str] = Param(Params._dummy(), "precision", "auto, fp32, bf16 or fp16", TypeConverters.toString)
    minScore: Param[float] = Param(Params._dummy(), "minScore", "only boxes that score above it are kept", TypeConverters.toFloat)
    topK: Param[int] = Param(Params._dummy(), "topK", "boxes per image at most; 0: as the checkpoint says", TypeConverters.toInt)
    maxPixels: Param[int] = Param(Params._dummy(), "maxPixels", "images that declare more are refused", TypeConverters.toInt)
    tiles: Param[str] = Param(Params._dummy(), "tiles", "how larger pictures are cut: SIDE[:key=value,…]", TypeConverters.toString)
    decode: Param[str] = Param(Params._dummy(), "decode", "full, or scaled: large JPEGs at a fraction of their size", TypeConverters.toString)

    _input_kwargs: dict[str, Any]

    @keyword_only
    def __init__(
        self,
        *,
        uriCol: str = "path",
        contentCol: str = "content",
        outputCol: str = "labels",
        detector: str = "embedded",
        architecture: str = "",
        classNames: str = "",
        prompt: str = "",
        prompts: str = "",
        textThreshold: float = -1.0,
        refiners: list[str] | None = None,
        precision: str = "auto",
        minScore: float = 0.05,
        topK: int = 0,
        maxPixels: int | None = None,
        tiles: str = "",
        decode: str = "full",
    ) -> None:
        super().__init__()
        self._java_obj = self._new_java_obj(JAVA_CLASS, self.uid)
        self._setDefault(
            uriCol="path", contentCol="content", outputCol="labels", detector="embedded", architecture="", classNames="",
            prompt="", prompts="", textThreshold=-1.0, refiners=[], precision="auto", minScore=0.05, topK=0, tiles="", decode="full")
        self.setParams(**self._input_kwargs)

    @keyword_only
    def setParams(
        self,
        *,
        uriCol: str = "path",
        contentCol: str = "content",
        outputCol: str = "labels",
        detector: str = "embedded",
        architecture: str = "",
        classNames: str = "",
        prompt: str = "",
        prompts: str = "",
        textThreshold: float = -1.0,
        refiners: list[str] | None = None,
        precision: str = "auto",
        minScore: float = 0.05,
        topK: int = 0,
        maxPixels: int | None = None,
        tiles: str = "",
        decode: str = "full",
    ) -> BoxLabeler:
        """Sets those that are given."""
        return self._set(**self._input_kwargs)

    def setUriCol(self, value: str) -> BoxLabeler:
        return self._set(uriCol=value)

    def setContentCol(self, value: str) -> BoxLabeler:
        return self._set(contentCol=value)

    def setOutputCol(self, value: str) -> BoxLabeler:
        return self._set(outputCol=value)

    def setDetector(self, value: str) -> BoxLabeler:
        return self._set(detector=value)

    def setArchitecture(self, value: str) -> BoxLabeler:
        return self._set(architecture=value)

    def setClassNames(self, value: str) -> BoxLabeler:
        return self._set(classNames=value)

    def setPrompt(self, value: str) -> BoxLabeler:
        return self._set(prompt=value)

    def setPrompts(self, value: str) -> BoxLabeler:
        return self._set(prompts=value)

    def setTextThreshold(self, value: float) -> BoxLabeler:
        return self._set(textThreshold=value)

    def setRefiners(self, value: list[str]) -> BoxLabeler:
        return self._set(refiners=value)

    def setPrecision(self, value: str) -> BoxLabeler:
        return self._set(precision=value)

    def setMinScore(self, value: float) -> BoxLabeler:
        return self._set(minScore=value)

    def setTopK(self, value: int) -> BoxLabeler:
        return self._set(topK=value)

    def setMaxPixels(self, value: int) -> BoxLabeler:
        return self._set(maxPixels=value)

    def setTiles(self, value: str) -> BoxLabeler:
        return self._set(tiles=value)

    def setDecode(self, value: str) -> BoxLabeler:
        return self._set(decode=value)

    def getUriCol(self) -> str:
        return self.getOrDefault(self.uriCol)

    def getContentCol(self) -> str:
        return self.getOrDefault(self.contentCol)

    def getOutputCol(self) -> str:
        return self.getOrDefault(self.outputCol)

    def getDetector(self) -> str:
        return self.getOrDefault(self.detector)

    def getRefiners(self) -> list[str]:
        return self.getOrDefault(self.refiners)

    def getMinScore(self) -> float:
        return self.getOrDefault(self.minScore)
