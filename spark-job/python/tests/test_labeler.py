import pytest
from boxmill import BoxLabeler
from pyspark.ml import Pipeline, PipelineModel

from conftest import classic


@pytest.fixture(scope="module")
def photos(spark, scenes):
    return spark.read.format("binaryFile").load(str(scenes[0]))


def boxes(labeled):
    return {row.path: row.labels.box_count for row in labeled.select("path", "labels").collect()}


def test_each_image_gets_labels_and_keeps_its_columns(photos):
    labeled = BoxLabeler(minScore=0.5, precision="fp32").transform(photos)
    assert labeled.columns == [*photos.columns, "labels"]
    rows = labeled.collect()
    assert len(rows) == photos.count()
    assert {row.labels.status for row in rows} == {"ok"}
    assert all(box.score > 0.5 for row in rows for box in row.labels.boxes)
    assert any(row.labels.boxes for row in rows)


def test_keyword_arguments_and_setters_say_the_same(photos):
    by_keywords = BoxLabeler(minScore=0.9, outputCol="found", refiners=["none"], topK=3, maxPixels=10**8, precision="fp32", tiles="200")
    by_setters = BoxLabeler().setMinScore(0.9).setOutputCol("found").setRefiners(["none"]).setTopK(3).setMaxPixels(10**8).setPrecision("fp32")
    by_setters.setTiles("200").setDecode("full")
    tables = [
        {row.path: row.found.box_count for row in labeler.transform(photos).select("path", "found").collect()} for labeler in (by_keywords, by_setters)]
    assert tables[0] == tables[1]
    assert max(tables[0].values()) <= 3


def test_saved_and_loaded_in_a_pipeline(photos, tmp_path):
    model = Pipeline(stages=[BoxLabeler(minScore=0.5, precision="fp32")]).fit(photos)
    model.write().overwrite().save(str(tmp_path / "model"))
    again = PipelineModel.load(str(tmp_path / "model"))
    assert again.stages[0].getMinScore() == 0.5
    assert boxes(again.transform(photos)) == boxes(model.transform(photos))


@classic
def test_a_labeler_is_saved_and_loaded(tmp_path, spark):
    BoxLabeler(detector="s3a://models/x", refiners=["none"]).write().overwrite().save(str(tmp_path / "labeler"))
    again = BoxLabeler.load(str(tmp_path / "labeler"))
    assert (again.getDetector(), again.getRefiners()) == ("s3a://models/x", ["none"])


def test_wrong_settings_are_named(photos):
    with pytest.raises(Exception, match="minScore"):
        BoxLabeler(minScore=2.0).transform(photos).collect()
    with pytest.raises(Exception, match="overlap of --tiles"):
        BoxLabeler(tiles="640:overlap=1").transform(photos).collect()
    with pytest.raises(Exception, match="decode"):
        BoxLabeler(decode="half").transform(photos).collect()
    with pytest.raises(TypeError):
        BoxLabeler(minimumScore=0.5)
    with pytest.raises(Exception, match="no/such/detector"):
        BoxLabeler(detector="no/such/detector").transform(photos).collect()
