import pytest
from boxmill import BoxmillError, FailedImagesError, evaluate, export, label, preview, run
from conftest import REMOTE, classic


@pytest.fixture(scope="module")
def labels(spark, scenes, tmp_path_factory):
    folder = tmp_path_factory.mktemp("labels") / "table"
    label(scenes[0], folder, precision="fp32")
    return folder


@classic
def test_label_gives_the_table(spark, scenes, labels):
    table = label(scenes[0], labels, precision="fp32")
    assert table.count() == len(list(scenes[0].iterdir()))
    assert table.where("status = 'ok'").count() == table.count()


@classic
def test_evaluate_gives_numbers(scenes, labels):
    numbers = evaluate(scenes[1], labels=labels)
    assert 0.5 < numbers["AP"] <= 1


@classic
def test_files(labels, tmp_path):
    assert "annotations" in export(labels, "coco", tmp_path / "coco.json").read_text()
    assert "<html" in preview(labels, tmp_path / "page.html").read_text()


@classic
def test_what_a_command_says_is_the_error(tmp_path, spark):
    with pytest.raises(BoxmillError, match="does not exist") as failure:
        label(tmp_path / "gone", tmp_path / "labels")
    assert failure.value.exit_code == 2


@classic
def test_images_that_fail(tmp_path, spark):
    (tmp_path / "images").mkdir()
    (tmp_path / "images/a.jpg").write_bytes(b"no picture")
    with pytest.raises(FailedImagesError):
        label(tmp_path / "images", tmp_path / "labels")
    assert label(tmp_path / "images", tmp_path / "labels", max_failure_rate=1).where("status = 'failed'").count() == 1


@pytest.mark.skipif(not REMOTE, reason="of Spark Connect")
def test_commands_do_not_run_through_connect(spark):
    with pytest.raises(RuntimeError, match="BoxLabeler"):
        run("label")
