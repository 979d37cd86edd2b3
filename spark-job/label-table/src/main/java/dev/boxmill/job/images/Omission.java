package dev.boxmill.job.images;

import dev.boxmill.job.text.Plural;

/** Why an entry of an archive that a look at its name might take for an image has no row. */
public enum Omission {
  JUNK("file", "hidden files and what systems leave behind"),
  LINK("link", "to an image that has its own row"),
  REPEATED("entry", "of a name that came before");

  private final String noun;
  private final String text;

  Omission(String noun, String text) {
    this.noun = noun;
    this.text = text;
  }

  /** For example {@code 3 links to an image that has its own row}. */
  public String note(long count) {
    String amount = this == REPEATED && count != 1 ? count + " entries" : Plural.of(count, noun);
    return amount + (this == JUNK ? ": " : " ") + text;
  }
}
