-- The label table and its flat views for Trino's Hive connector. Put your folder where it says s3://labels/.
create table if not exists labels (
  image_uri varchar comment 'where it was read; archive!/entry inside an archive',
  image_sha256 varchar comment 'SHA-256 of the file''s bytes; null if unread',
  width integer comment 'pixels, after EXIF orientation; null if unknown',
  height integer comment 'pixels, after EXIF orientation; null if unknown',
  status varchar comment 'ok or failed',
  error_category varchar comment 'null when ok',
  error_message varchar comment 'null when ok',
  boxes array(row(
    label_id integer,
    label varchar,
    score real,
    x_min real,
    y_min real,
    x_max real,
    y_max real,
    detector_x_min real,
    detector_y_min real,
    detector_x_max real,
    detector_y_max real,
    refinement_iou real)) comment 'by descending score; empty if nothing was found',
  box_count integer comment 'number of boxes',
  max_score real comment 'highest score; null if there is no box',
  model varchar comment 'the detector that made the row',
  refiners varchar comment 'the refiners with their settings, in order; empty if none',
  fingerprint varchar comment 'hash of all that decides a row''s labels',
  labeled_at timestamp(6) comment 'UTC'
)
comment 'boxmill label table, version 1'
with (external_location = 's3://labels/', format = 'PARQUET');

create or replace view label_images as
select image_uri, image_sha256, width, height, status, error_category, error_message, box_count, max_score, model, refiners, fingerprint, labeled_at
from labels;

create or replace view label_boxes as
select image_uri, width, height, model, refiners, fingerprint, box_number, label_id, label, score, x_min, y_min, x_max, y_max, detector_x_min, detector_y_min, detector_x_max, detector_y_max, refinement_iou
from labels
cross join unnest(boxes) with ordinality as box (label_id, label, score, x_min, y_min, x_max, y_max, detector_x_min, detector_y_min, detector_x_max, detector_y_max, refinement_iou, box_number);
