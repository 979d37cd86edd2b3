package dev.boxmill.job.table;

import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.execution.datasources.parquet.ParquetWriteSupport;

/** Adds what {@link DescribedParquet} is told to a file's metadata. */
public final class DescribedWriteSupport extends ParquetWriteSupport {

  @Override
  public WriteContext init(Configuration configuration) {
    WriteContext context = super.init(configuration);
    Map<String, String> metadata = new HashMap<>(context.getExtraMetaData());
    configuration
        .getPropsWithPrefix(DescribedParquet.PREFIX)
        .forEach((key, value) -> metadata.put(DescribedParquet.PREFIX + key, value));
    return new WriteContext(context.getSchema(), metadata);
  }
}
