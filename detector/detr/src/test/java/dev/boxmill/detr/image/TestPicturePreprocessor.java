package dev.boxmill.detr.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.TorchModule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TestPicturePreprocessor {

  @Test
  void picturesComeOutPlanarInTheNewSize() throws UnreadableImageException {
    Preprocessing p =
        new Preprocessing(
            new ResizeRule.Exact(new ImageSize(20, 10)),
            Resampling.BILINEAR,
            1 / 255.0,
            List.of(0.485, 0.456, 0.406),
            List.of(0.229, 0.224, 0.225));
    try (TorchModule module = p.program().load(Device.cpu(), Precision.FP32, Map.of());
        ResizedPicture r =
            new PicturePreprocessor(p, module).resize(TestingPictures.expected("rgb.png"))) {
      assertThat(r.image().shape()).containsExactly(3L, 10L, 20L);
    }
  }
}
