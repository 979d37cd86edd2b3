package dev.boxmill.job.tiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.boxmill.image.Region;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.schemas.ImageSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TestTiling {

  @Test
  void tilesAreSahisSlices() throws Exception {
    for (JsonNode slicing : TestingSahi.golden("slices")) {
      Tiling tiling =
          Tiling.parse(slicing.get("side") + ":overlap=" + slicing.get("overlap").asDouble());
      ImageSize picture =
          new ImageSize(slicing.get("width").asInt(), slicing.get("height").asInt());

      assertThat(tiling.regions(picture)).isEqualTo(regions(slicing.get("slices")));
    }
  }

  @Test
  void aPictureThatIsNoLargerThanATileIsOneTile() throws Exception {
    ImageSize picture = new ImageSize(640, 480);
    assertThat(Tiling.parse("640:full=true").regions(picture))
        .containsExactly(new Region(0, 0, picture));
  }

  @Test
  void theWholePictureComesLastWhereItIsAskedFor() throws Exception {
    ImageSize picture = new ImageSize(900, 600);
    assertThat(Tiling.parse("640:full=true").regions(picture))
        .containsExactly(
            new Region(0, 0, new ImageSize(640, 600)),
            new Region(260, 0, new ImageSize(640, 600)),
            new Region(0, 0, picture));
  }

  @Test
  void aPictureHasSoManyTilesAndNoMore() {
    assertThatThrownBy(() -> Tiling.parse("100:overlap=0.99").regions(new ImageSize(1000, 1000)))
        .isInstanceOf(TooManyTilesException.class)
        .hasMessage(
            "Cannot cut the picture: its 1000x1000 pixels are 811801 tiles, and the limit is 65536"
                + " (take larger tiles)");
  }

  @Test
  void itIsWrittenInFullAndReadAgain() {
    Tiling tiling = Tiling.parse("640:full=true,match=iou");
    assertThat(tiling)
        .hasToString(
            "640:overlap=0.2,full=true,join=nms,match=iou,threshold=0.5,across-classes=false");
    assertThat(Tiling.parse(tiling.toString())).isEqualTo(tiling);
    assertThat(Tiling.NONE.isOn()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0 | Invalid --tiles: 0 (must begin with a tile's side in pixels, from 1 to 32768, as 640 or 640:overlap=0.2)
          -5 | Invalid --tiles: -5 (must begin with a tile's side in pixels, from 1 to 32768, as 640 or 640:overlap=0.2)
          large | Invalid --tiles: large (must begin with a tile's side in pixels, from 1 to 32768, as 640 or 640:overlap=0.2)
          640:overlap=1 | Invalid overlap of --tiles: 1 (must be a share of the tile, from 0 to below 1)
          640:overlap=-0.1 | Invalid overlap of --tiles: -0.1 (must be a share of the tile, from 0 to below 1)
          640:overlap=much | Invalid overlap of --tiles: much (must be a number)
          640:overlap=NaN | Invalid overlap of --tiles: NaN (must be a share of the tile, from 0 to below 1)
          640:full=yes | Invalid full of --tiles: yes (must be true or false)
          640:full | Invalid full of --tiles:  (must be true or false)
          640:join=wbf | Invalid join of --tiles: wbf (must be one of greedynmm, nmm, nms)
          640:threshold=0 | Invalid threshold of --tiles: 0 (must be above 0, and at most 1)
          640:side=3 | Unknown option 'side' of --tiles (known: overlap, full, join, match, threshold, across-classes)
          640:full=true,full=true | Invalid --tiles: full is there twice (must be there once)
          """)
  void whatIsWrongIsNamed(String spec, String message) {
    assertThatThrownBy(() -> Tiling.parse(spec))
        .isInstanceOf(BadInputException.class)
        .hasMessage(message);
  }

  private static List<Region> regions(JsonNode corners) throws IOException {
    List<Region> regions = new ArrayList<>();
    for (JsonNode box : corners) {
      int left = box.get(0).asInt();
      int top = box.get(1).asInt();
      ImageSize size = new ImageSize(box.get(2).asInt() - left, box.get(3).asInt() - top);
      regions.add(new Region(left, top, size));
    }
    return regions;
  }
}
