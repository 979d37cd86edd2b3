-- Flat views of a label table for DuckDB. Put your folder where it says labels/.
create or replace view label_images as
select * exclude (boxes)
from read_parquet('labels/*.parquet');

create or replace view label_boxes as
select image_uri, width, height, model, refiners, fingerprint, box_number, unnest(boxes[box_number])
from (
  select *, unnest(range(1, len(boxes) + 1)) as box_number
  from read_parquet('labels/*.parquet')
);
