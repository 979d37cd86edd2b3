package dev.boxmill.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.ClassMap;
import dev.boxmill.job.evaluate.ClassMatching;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.evaluate.GroundTruth;
import dev.boxmill.job.evaluate.GroundTruthFile;
import dev.boxmill.job.manifest.ListedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestTrainingSet {

  private static final Map<Integer, String> LABELS = Map.of(0, "cup", 1, "fish");

  @TempDir private Path folder;

  @Test
  void objectsBecomeSharesOfTheirImageAndLabelsOfTheDetector() throws IOException {
    TrainingSet set = set("{'id':1,'image_id':1,'category_id':8,'bbox':[20,10,40,30]}", 30);
    AnnotatedImage image = set.training().get(0);
    assertThat(image.width()).isEqualTo(200);
    assertThat(image.objects()).hasSize(1);
    GroundTruthBox box = image.objects().get(0);
    assertThat(box.label()).isEqualTo(1);
    assertThat(box.cx()).isCloseTo(0.2f, within(1e-6f));
    assertThat(box.cy()).isCloseTo(0.25f, within(1e-6f));
    assertThat(box.width()).isCloseTo(0.2f, within(1e-6f));
    assertThat(box.in(new Augmentation(true, 1)).cx()).isCloseTo(0.8f, within(1e-6f));
    assertThat(box.in(Augmentation.NONE).cx()).isEqualTo(box.cx());
  }

  @Test
  void theSplitGoesByFileNameAlone() throws IOException {
    TrainingSet set = set("{'id':1,'image_id':1,'category_id':8,'bbox':[20,10,40,30]}", 30);
    assertThat(set.training().size() + set.validationImages().size()).isEqualTo(30);
    assertThat(set.validationImages()).hasSizeBetween(4, 18);
    assertThat(set.training()).doesNotContainAnyElementsOf(set.validationImages());
    TrainingSet again = set("{'id':1,'image_id':1,'category_id':8,'bbox':[20,10,40,30]}", 30);
    assertThat(again.validationImages()).isEqualTo(set.validationImages());
  }

  @Test
  void whatCannotBeLearntFromIsLeftOutAndNamed() throws IOException {
    TrainingSet set =
        set(
            "{'id':1,'image_id':1,'category_id':8,'bbox':[20,10,40,30]},"
                + "{'id':2,'image_id':1,'category_id':9,'bbox':[20,10,40,30]},"
                + "{'id':3,'image_id':1,'category_id':8,'bbox':[20,10,0,30]},"
                + "{'id':4,'image_id':1,'category_id':8,'bbox':[20,10,40,30],'iscrowd':1},"
                + "{'id':5,'image_id':1,'category_id':8,'bbox':[300,10,40,30]},"
                + "{'id':6,'image_id':1,'category_id':8,'bbox':[-20,-10,40,30]}",
            30);
    assertThat(set.leftOutSentences())
        .containsExactly(
            "1 images that no annotation names (file:///images/stranger.jpg)",
            "30 objects of categories that the detector does not know (whale)",
            "60 objects that are crowds or have no area (annotation 103)",
            "30 objects that lie outside of their image (annotation 105)");
  }

  @Test
  void objectsEndAtTheBorder() throws IOException {
    TrainingSet set = set("{'id':1,'image_id':1,'category_id':8,'bbox':[-20,-10,40,30]}", 30);
    GroundTruthBox box = set.training().get(0).objects().get(0);
    assertThat(box.width()).isCloseTo(0.1f, within(1e-6f));
    assertThat(box.cx()).isCloseTo(0.05f, within(1e-6f));
  }

  @Test
  void nothingToTrainOnIsRefusedWithTheReason() {
    assertThatThrownBy(() -> set("{'id':1,'image_id':1,'category_id':8,'bbox':[300,10,40,30]}", 30))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Cannot train: 0 images to train on")
        .hasMessageContaining("30 objects that lie outside of their image (annotation 101)");
  }

  @Test
  void classesOfOtherNamesAreLearntByAClassMap() throws IOException {
    String whale = "{'id':1,'image_id':1,'category_id':9,'bbox':[20,10,40,30]}";

    assertThat(set(whale, 30, map("cup", "whale")).training().get(0).objects().get(0).label())
        .isZero();
    assertThatThrownBy(() -> set(whale, 30, map("cap", "whale")))
        .isInstanceOf(BadInputException.class)
        .hasMessage("Unknown class 'cap' in the class map m.csv (near: cup; known: cup, fish)");
    assertThatThrownBy(() -> set(whale, 30, map("cup", "fish")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Cannot train: category fish is both class 0 and class 1 of the detector (give it one)");
  }

  private static ClassMatching map(String label, String category) {
    return ClassMatching.by(new ClassMap("m.csv", Map.of(label, category)));
  }

  private TrainingSet set(String annotations, int images) throws IOException {
    return set(annotations, images, ClassMatching.NAME);
  }

  /** So many images with the same annotations, and one that nobody annotated. */
  private TrainingSet set(String annotations, int images, ClassMatching matching)
      throws IOException {
    StringBuilder names = new StringBuilder();
    StringBuilder all = new StringBuilder();
    List<ListedFile> files = new ArrayList<>();
    for (int id = 1; id <= images; id++) {
      String separator = id == 1 ? "" : ",";
      names.append(separator);
      names.append("{'id':%d,'file_name':'%d.jpg','width':200,'height':100}".formatted(id, id));
      String own = "'id':" + id + "0$1,'image_id':" + id + ",";
      all.append(separator);
      all.append(annotations.replaceAll("'id':(\\d),'image_id':1,", own));
      files.add(ListedFile.image("file:///images/" + id + ".jpg", 1));
    }
    files.add(ListedFile.image("file:///images/stranger.jpg", 1));
    String json =
        "{'images':[%s],'annotations':[%s],'categories':[%s]}"
            .formatted(names, all, "{'id':8,'name':'fish'},{'id':9,'name':'whale'}");
    Path file = Files.writeString(folder.resolve("truth.json"), json.replace('\'', '"'));
    GroundTruth truth =
        GroundTruthFile.read(file.toString(), EvaluationStyle.COCO, Configuration::new);
    return TrainingSet.of(truth, files, LABELS, matching, 0.3);
  }
}
