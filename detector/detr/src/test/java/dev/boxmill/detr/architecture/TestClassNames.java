package dev.boxmill.detr.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class TestClassNames {

  @Test
  void ninetyOneClassesAreCocosIds() {
    Map<Integer, String> classNames = ClassNames.ofClasses(91);
    assertThat(classNames).hasSize(91);
    assertThat(classNames)
        .containsEntry(0, "N/A")
        .containsEntry(1, "person")
        .containsEntry(12, "N/A");
    assertThat(classNames).containsEntry(13, "stop sign").containsEntry(90, "toothbrush");
    assertThat(classNames.values()).filteredOn(name -> !name.equals("N/A")).hasSize(80);
  }

  @Test
  void eightyClassesAreItsCategoriesInOrder() {
    Map<Integer, String> classNames = ClassNames.ofClasses(80);
    assertThat(classNames).hasSize(80).containsEntry(0, "person").containsEntry(11, "stop sign");
    assertThat(classNames).containsEntry(79, "toothbrush").doesNotContainValue("N/A");
  }

  @Test
  void otherClassesAreNumbered() {
    assertThat(ClassNames.ofClasses(3)).isEqualTo(Map.of(0, "label_0", 1, "label_1", 2, "label_2"));
  }
}
