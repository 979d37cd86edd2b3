package dev.boxmill.job.preflight;

/** What is looked at, in the order of the report. */
enum Check {
  SPARK("spark"),
  EXECUTORS("executors"),
  JAVA("java"),
  LIBRARY("native library"),
  DEVICE("device"),
  DETECTOR("detector"),
  INPUT("input"),
  OUTPUT("output"),
  COMMITTER("committer"),
  SPEED("speed"),
  TIME("time");

  private final String title;

  Check(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }
}
