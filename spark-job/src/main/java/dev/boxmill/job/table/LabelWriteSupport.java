package dev.boxmill.job.table;

import dev.boxmill.schemas.LabelColumn;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.execution.datasources.parquet.ParquetWriteSupport;

/** Adds what {@link LabelParquet} says of the table to a file's metadata. */
public final class LabelWriteSupport extends ParquetWriteSupport {

  static final String BOX_CONVENTION_KEY = "boxmill.box_convention";

  @Override
  public WriteContext init(Configuration configuration) {
    WriteContext context = super.init(configuration);
    Map<String, String> metadata = new HashMap<>(context.getExtraMetaData());
    metadata.put(LabelTable.VERSION_KEY, String.valueOf(LabelColumn.VERSION));
    metadata.put(BOX_CONVENTION_KEY, LabelColumn.BOX_CONVENTION);
    return new WriteContext(context.getSchema(), metadata);
  }
}
