package dev.boxmill.job.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestPreflightReport {

  @Test
  void whatAllExecutorsFoundIsToldOnce() {
    List<Finding> findings = new ArrayList<>();
    for (int i = 1; i <= 200; i++) {
      String features = i > 195 ? "slow" : "fast";
      findings.add(Finding.ok(Check.DEVICE, features).at("host" + i));
      findings.add(Finding.ok(Check.JAVA, "Java 17").at("host" + i));
    }
    findings.add(Finding.ok(Check.SPARK, "Spark 4"));

    String text = new PreflightReport(findings, 200).text();

    assertThat(text)
        .isEqualTo(
            """
            check   where                                 result
            spark   driver                                ok  Spark 4
            java    all 200 executors                     ok  Java 17
            device  host1, host2, host3 and 192 more      ok  fast
            device  host196, host197, host198 and 2 more  ok  slow
            Ready to label
            """);
  }

  @Test
  void failuresHaveTheirRemedyBelowThem() {
    PreflightReport report =
        new PreflightReport(
            List.of(
                Finding.warning(Check.INPUT, "1 of 3 images got no labels", "look at it"),
                Finding.failed(Check.OUTPUT, "Cannot write to a: no", "name another").at("h")),
            1);

    assertThat(report.failed()).isTrue();
    assertThat(report.text())
        .isEqualTo(
            """
            check   where   result
            input   driver  warning  1 of 3 images got no labels
                                     remedy: look at it
            output  h       FAILED   Cannot write to a: no
                                     remedy: name another
            Not ready: 1 check failed, 1 warning
            """);
  }
}
