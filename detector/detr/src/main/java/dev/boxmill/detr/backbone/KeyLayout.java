package dev.boxmill.detr.backbone;

/** How a checkpoint names the parts of a ResNet; stages, blocks and convolutions count from 0. */
public enum KeyLayout {
  /** As timm and torchvision name them: {@code layer1.0.conv1}. */
  TIMM {
    @Override
    Part stem() {
      return new Part("conv1", "bn1");
    }

    @Override
    Part convolution(int stage, int block, int index) {
      String name = "layer" + (stage + 1) + "." + block;
      return new Part(name + ".conv" + (index + 1), name + ".bn" + (index + 1));
    }

    @Override
    Part shortcut(int stage, int block) {
      String name = "layer" + (stage + 1) + "." + block + ".downsample";
      return new Part(name + ".0", name + ".1");
    }
  },

  /** As transformers' own ResNet names them: {@code encoder.stages.0.layers.0.layer.0}. */
  HUGGING_FACE {
    @Override
    Part stem() {
      return part("embedder.embedder");
    }

    @Override
    Part convolution(int stage, int block, int index) {
      return part("encoder.stages." + stage + ".layers." + block + ".layer." + index);
    }

    @Override
    Part shortcut(int stage, int block) {
      return part("encoder.stages." + stage + ".layers." + block + ".shortcut");
    }

    private Part part(String name) {
      return new Part(name + ".convolution", name + ".normalization");
    }
  };

  /** A convolution and the batch normalisation behind it. */
  record Part(String convolution, String normalisation) {}

  abstract Part stem();

  abstract Part convolution(int stage, int block, int index);

  abstract Part shortcut(int stage, int block);
}
