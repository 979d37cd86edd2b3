-- For DuckDB: how much boxes overlap, and the objects of an annotation file. A box is a struct of x_min, y_min, x_max, y_max.
create or replace macro shared_length(a_min, a_max, b_min, b_max) as
  greatest(0, least(a_max, b_max) - greatest(a_min, b_min));
create or replace macro shared_area(a, b) as
  shared_length(a.x_min, a.x_max, b.x_min, b.x_max) * shared_length(a.y_min, a.y_max, b.y_min, b.y_max);
create or replace macro area(a) as (a.x_max - a.x_min) * (a.y_max - a.y_min);
create or replace macro iou(a, b) as shared_area(a, b) / (area(a) + area(b) - shared_area(a, b));

-- The objects of a file in COCO's form.
create or replace macro objects(file) as table
select o.id, i.file_name as image, c.name as label,
  {x_min: o.bbox[1], y_min: o.bbox[2], x_max: o.bbox[1] + o.bbox[3], y_max: o.bbox[2] + o.bbox[4]} as box
from (select unnest(annotations) as o from read_json(file))
join (select unnest(images) as i from read_json(file)) on i.id = o.image_id
join (select unnest(categories) as c from read_json(file)) on c.id = o.category_id;
