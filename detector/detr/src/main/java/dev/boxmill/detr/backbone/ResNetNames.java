package dev.boxmill.detr.backbone;

/** How a checkpoint names the parts of a ResNet; stages, blocks and convolutions count from 0. */
public enum ResNetNames {
  /** As timm and torchvision name them: {@code layer1.0.conv1}. */
  TIMM {
    @Override
    public Part stem() {
      return new Part("conv1", "bn1");
    }

    @Override
    public Part convolution(int stage, int block, int index) {
      String name = "layer" + (stage + 1) + "." + block;
      return new Part(name + ".conv" + (index + 1), name + ".bn" + (index + 1));
    }

    @Override
    public Part shortcut(int stage, int block) {
      String name = "layer" + (stage + 1) + "." + block + ".downsample";
      return new Part(name + ".0", name + ".1");
    }
  },

  /** As transformers' own ResNet names them: {@code encoder.stages.0.layers.0.layer.0}. */
  HUGGING_FACE {
    @Override
    public Part stem() {
      return part("embedder.embedder");
    }

    @Override
    public Part convolution(int stage, int block, int index) {
      return part("encoder.stages." + stage + ".layers." + block + ".layer." + index);
    }

    @Override
    public Part shortcut(int stage, int block) {
      return part("encoder.stages." + stage + ".layers." + block + ".shortcut");
    }

    private Part part(String name) {
      return new Part(name + ".convolution", name + ".normalization");
    }
  },

  /** As detectron2 names them: {@code res2.0.conv1}, the norm within. */
  DETECTRON2 {
    @Override
    public Part stem() {
      return part("stem.conv1");
    }

    @Override
    public Part convolution(int stage, int block, int index) {
      return part("res" + (stage + 2) + "." + block + ".conv" + (index + 1));
    }

    @Override
    public Part shortcut(int stage, int block) {
      return part("res" + (stage + 2) + "." + block + ".shortcut");
    }

    private Part part(String name) {
      return new Part(name, name + ".norm");
    }
  };

  /** A convolution and the batch normalization behind it. */
  public record Part(String convolution, String normalization) {}

  public abstract Part stem();

  public abstract Part convolution(int stage, int block, int index);

  public abstract Part shortcut(int stage, int block);
}
