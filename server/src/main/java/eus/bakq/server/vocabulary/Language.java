package eus.bakq.server.vocabulary;

/** The languages in which a citizen is spoken to (OPS-07). */
public enum Language {
  BASQUE("eu"),
  SPANISH("es"),
  ENGLISH("en");

  private final String tag;

  Language(String tag) {
    this.tag = tag;
  }

  /** The BCP 47 tag. */
  public String tag() {
    return tag;
  }
}
