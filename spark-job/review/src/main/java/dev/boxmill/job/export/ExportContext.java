package dev.boxmill.job.export;

/**
 * What a writer knows before the first image.
 *
 * @param categories all classes of the table, also those whose boxes are all below the threshold
 */
record ExportContext(ExportCategories categories, ImageAddresses addresses) {}
