package dev.boxmill.job.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TestEstimate {

  @Test
  void timesAreToldAsPeopleSayThem() {
    assertThat(Estimate.text(0.2)).isEqualTo("about 1 s");
    assertThat(Estimate.text(119)).isEqualTo("about 119 s");
    assertThat(Estimate.text(150)).isEqualTo("about 3 min");
    assertThat(Estimate.text(3 * 3600 + 20 * 60)).isEqualTo("about 3 h 20 min");
    assertThat(Estimate.text(75 * 3600)).isEqualTo("about 3 days 3 h");
  }
}
