package dev.boxmill.detr.backbone;

import dev.boxmill.checkpoint.ExpectedTensor.Part;

/** How a checkpoint names the parts of a Swin; stages and blocks count from 0. */
public enum SwinNames {
  /** As transformers' {@code SwinBackbone} names them: {@code encoder.layers.0.blocks.0}. */
  HUGGING_FACE("embeddings.patch_embeddings.projection", "embeddings.norm", "encoder.layers.") {
    @Override
    public String norm(int stage) {
      return "hidden_states_norms.stage" + (stage + 1);
    }

    @Override
    String inBlock(SwinPart part) {
      return switch (part) {
        case FIRST_NORM -> "layernorm_before";
        case QUERY -> "attention.self.query";
        case KEY -> "attention.self.key";
        case VALUE -> "attention.self.value";
        case POSITIONS -> "attention.self.relative_position_bias_table";
        case POSITION_INDEX -> "attention.self.relative_position_index";
        case OUT -> "attention.output.dense";
        case SECOND_NORM -> "layernorm_after";
        case WIDEN -> "intermediate.dense";
        case NARROW -> "output.dense";
      };
    }

    @Override
    Part part(SwinPart part) {
      return Part.WHOLE;
    }
  },

  /** As Swin's authors and detectron2 name them: {@code layers.0.blocks.0}. */
  ORIGINAL("patch_embed.proj", "patch_embed.norm", "layers.") {
    @Override
    public String norm(int stage) {
      return "norm" + stage;
    }

    @Override
    String inBlock(SwinPart part) {
      return switch (part) {
        case FIRST_NORM -> "norm1";
        case QUERY, KEY, VALUE -> "attn.qkv";
        case POSITIONS -> "attn.relative_position_bias_table";
        case POSITION_INDEX -> "attn.relative_position_index";
        case OUT -> "attn.proj";
        case SECOND_NORM -> "norm2";
        case WIDEN -> "mlp.fc1";
        case NARROW -> "mlp.fc2";
      };
    }

    @Override
    Part part(SwinPart part) {
      return switch (part) {
        case QUERY -> new Part(0, 3);
        case KEY -> new Part(1, 3);
        case VALUE -> new Part(2, 3);
        default -> Part.WHOLE;
      };
    }
  };

  /** What a block has. */
  public enum SwinPart {
    FIRST_NORM,
    QUERY,
    KEY,
    VALUE,
    POSITIONS,
    POSITION_INDEX,
    OUT,
    SECOND_NORM,
    WIDEN,
    NARROW
  }

  private final String patches;
  private final String patchNorm;
  private final String stages;

  SwinNames(String patches, String patchNorm, String stages) {
    this.patches = patches;
    this.patchNorm = patchNorm;
    this.stages = stages;
  }

  /** The convolution that makes patches. */
  public String patches() {
    return patches;
  }

  String patchNorm() {
    return patchNorm;
  }

  /** A part of a block. */
  public String block(int stage, int index, SwinPart part) {
    return stages + stage + ".blocks." + index + "." + inBlock(part);
  }

  /** What merges a stage's cells for the next stage. */
  String merging(int stage) {
    return stages + stage + ".downsample.";
  }

  /** The LayerNorm of a stage's feature map. */
  public abstract String norm(int stage);

  abstract String inBlock(SwinPart part);

  /** Which rows of the tensor of that name. */
  abstract Part part(SwinPart part);
}
