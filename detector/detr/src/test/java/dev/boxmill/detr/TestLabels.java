package dev.boxmill.detr;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class TestLabels {

  @Test
  void ninetyOneClassesAreCocosIds() {
    Map<Integer, String> labels = Labels.ofClasses(91);
    assertThat(labels).hasSize(91);
    assertThat(labels).containsEntry(0, "N/A").containsEntry(1, "person").containsEntry(12, "N/A");
    assertThat(labels).containsEntry(13, "stop sign").containsEntry(90, "toothbrush");
    assertThat(labels.values()).filteredOn(name -> !name.equals("N/A")).hasSize(80);
  }

  @Test
  void eightyClassesAreItsCategoriesInOrder() {
    Map<Integer, String> labels = Labels.ofClasses(80);
    assertThat(labels).hasSize(80).containsEntry(0, "person").containsEntry(11, "stop sign");
    assertThat(labels).containsEntry(79, "toothbrush").doesNotContainValue("N/A");
  }

  @Test
  void otherClassesAreNumbered() {
    assertThat(Labels.ofClasses(3)).isEqualTo(Map.of(0, "label_0", 1, "label_1", 2, "label_2"));
  }
}
