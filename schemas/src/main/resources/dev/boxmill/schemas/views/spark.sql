-- Flat views of a label table for Spark SQL. Put your folder where it says labels.
create or replace temporary view label_images as
select * except (boxes)
from parquet.`labels`;

create or replace temporary view label_boxes as
select image_uri, width, height, model, refiners, fingerprint, position + 1 as box_number, box.*
from parquet.`labels`
lateral view posexplode(boxes) as position, box;
