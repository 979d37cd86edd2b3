package dev.boxmill.detr.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.detr.DetrFamily;
import dev.boxmill.torchscript.Weight;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the authors' codes leave in each tensor: read in their constructors. */
final class TestInitialWeights {

  private static StartingPoint drawn(String variant, long seed) {
    var config = TestingGolden.directory(variant).resolve("config.json");
    return StartingPoint.drawn(DetrFamily.parse(JsonConfig.read(config)), seed);
  }

  private static float[] numbers(StartingPoint start, String name) {
    Weight weight = start.weights().get(name);
    assertThat(weight).as(name).isNotNull();
    float[] numbers = new float[weight.values().remaining()];
    weight.values().get(numbers);
    return numbers;
  }

  /** How a matrix of out x in numbers, or a bias beside it, is drawn. */
  enum Bound {
    GLOROT {
      @Override
      double of(double out, double in) {
        return Math.sqrt(6 / (in + out));
      }
    },
    /** Of a third of a matrix that holds queries, keys and values. */
    JOINED {
      @Override
      double of(double out, double in) {
        return Math.sqrt(6 / (in + 3 * out));
      }
    },
    PYTORCH {
      @Override
      double of(double out, double in) {
        return Math.sqrt(1 / in);
      }
    };

    abstract double of(double out, double in);
  }

  @ParameterizedTest
  @CsvSource({
    "detr-auxiliary-sharded, encoder.0.self.q.weight, JOINED",
    "detr-auxiliary-sharded, decoder.0.cross.v.weight, JOINED",
    "detr-auxiliary-sharded, decoder.0.self.out.weight, GLOROT",
    "detr-auxiliary-sharded, class.weight, PYTORCH",
    "detr-auxiliary-sharded, class.bias, PYTORCH",
    "detr-auxiliary-sharded, box.2.weight, PYTORCH",
    "detr-auxiliary-sharded, encoder.0.fc1.bias, PYTORCH",
    "conditional-timm-auxiliary, decoder.0.self.v.weight, GLOROT",
    "conditional-timm-auxiliary, decoder.0.cross.q.weight, GLOROT",
    "conditional-timm-auxiliary, decoder.0.cross.q.bias, PYTORCH",
    "dab-bottleneck, decoder.0.cross.q.weight, GLOROT",
    "deformable-base, encoder.0.self.value.weight, GLOROT",
    "deformable-base, decoder.0.self.q.weight, JOINED",
    "rtdetr-basic, encoder.aifi.0.0.self.q.weight, JOINED",
    "rtdetr-basic, encoder.aifi.0.0.self.out.weight, PYTORCH",
    "rtdetr-basic, decoder.0.cross.value.weight, GLOROT",
    "rtdetr-basic, query.output.weight, GLOROT",
    "rtdetr-basic, query.class.weight, PYTORCH"
  })
  void matricesAreUniformWithinTheirBound(String variant, String name, Bound kind) {
    StartingPoint start = drawn(variant, 1);
    List<Long> shape = start.weights().get(name.replace(".bias", ".weight")).shape();
    double bound = kind.of(shape.get(0), shape.get(1));
    float[] numbers = numbers(start, name);
    double largest = 0;
    double squares = 0;
    for (float number : numbers) {
      largest = Math.max(largest, Math.abs(number));
      squares += number * number;
    }
    double error = 3 / Math.sqrt(numbers.length);
    assertThat(largest).isLessThanOrEqualTo(bound * 1.0001).isGreaterThan(bound * (1 - error));
    assertThat(Math.sqrt(3 * squares / numbers.length)).isCloseTo(bound, within(error * bound));
  }

  @ParameterizedTest
  @CsvSource({
    "detr-auxiliary-sharded, encoder.0.self.q.bias, 0",
    "detr-auxiliary-sharded, encoder.0.self.norm.weight, 1",
    "detr-auxiliary-sharded, decoder.norm.bias, 0",
    "conditional-timm-auxiliary, class.bias, -4.59512",
    "conditional-timm-auxiliary, box.2.weight, 0",
    "dab-bottleneck, class.bias, -4.59512",
    "dab-bottleneck, encoder.0.slope, 0.25",
    "deformable-base, decoder.class.bias, -4.59512",
    "deformable-base, decoder.0.cross.offsets.weight, 0",
    "deformable-base, decoder.0.cross.attention_weights.bias, 0",
    "deformable-base, level.0.bias, 0",
    "rtdetr-basic, query.class.bias, -4.59512",
    "rtdetr-basic, decoder.0.class.bias, -4.59512",
    "rtdetr-basic, decoder.0.box.2.weight, 0",
    "rtdetr-basic, decoder.0.cross.output.bias, 0",
    "rtdetr-v2, decoder.0.cross.attention_weights.weight, 0"
  })
  void someBeginTheSameEverywhere(String variant, String name, float value) {
    for (float number : numbers(drawn(variant, 1), name)) {
      assertThat(number).isCloseTo(value, within(1e-4f));
    }
  }

  @Test
  void firstBoxesOfDeformableDetrAreSmall() {
    float[] bias = numbers(drawn("deformable-base", 1), "decoder.box.2.bias");
    assertThat(bias).containsExactly(0, 0, -2, -2);
    assertThat(numbers(drawn("deformable-two-stage", 1), "decoder.0.box.2.bias"))
        .containsExactly(0, 0, 0, 0);
  }

  @Test
  void samplingPointsBeginInRings() {
    StartingPoint start = drawn("rtdetr-basic", 1);
    int heads = (int) start.network().program().constant("DECODER_HEADS");
    int points = (int) start.network().program().constant("DECODER_POINTS");
    float[] bias = numbers(start, "decoder.0.cross.offsets.bias");
    int ofHead = bias.length / heads;
    for (int head = 0; head < heads; head++) {
      for (int sample = 0; sample < ofHead / 2; sample++) {
        float x = bias[head * ofHead + 2 * sample];
        float y = bias[head * ofHead + 2 * sample + 1];
        assertThat(Math.max(Math.abs(x), Math.abs(y)))
            .isCloseTo(sample % points + 1, within(1e-5f));
        assertThat(Math.atan2(y, x) + (y < -1e-6 ? 2 * Math.PI : 0))
            .isCloseTo(2 * Math.PI * head / heads, within(1e-5));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "detr-auxiliary-sharded",
        "conditional-timm-auxiliary",
        "dab-bottleneck",
        "deformable-base",
        "deformable-two-stage",
        "rtdetr-basic",
        "rtdetr-v2"
      })
  void theSeedDecides(String variant) {
    Map<String, Weight> first = drawn(variant, 1).weights();
    Map<String, Weight> second = drawn(variant, 2).weights();
    drawn(variant, 1)
        .weights()
        .forEach(
            (name, weight) ->
                assertThat(weight.values()).as(name).isEqualTo(first.get(name).values()));
    assertThat(first.keySet()).anyMatch(n -> !first.get(n).values().equals(second.get(n).values()));
    first.forEach(
        (name, weight) -> {
          float[] numbers = new float[weight.values().remaining()];
          weight.values().get(numbers);
          for (float number : numbers) {
            assertThat(number).as(name).isFinite();
          }
        });
  }
}
