package dev.boxmill.detr.groundingdino;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.FamilyMember;
import dev.boxmill.detr.architecture.FamilyMember.ModelType;
import dev.boxmill.detr.architecture.ReadingArchitecture;
import dev.boxmill.detr.backbone.Backbone;
import dev.boxmill.detr.backbone.BackboneArchitecture;
import dev.boxmill.detr.deformable.DeformableTensors;
import dev.boxmill.detr.deformable.DeformableTransformer;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.detr.transformer.Transformer;
import dev.boxmill.detr.words.Prompt;
import dev.boxmill.detr.words.PromptPasses;
import dev.boxmill.torchscript.Program;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Grounding DINO (Liu et al., "Grounding DINO: Marrying DINO with Grounded Pre-Training for
 * Open-Set Object Detection", 2023), in transformers {@code GroundingDinoForObjectDetection}, and
 * MM-Grounding-DINO and LLMDet, there {@code MMGroundingDinoForObjectDetection}; near the image's
 * border boxes move as their authors have it.
 *
 * @param text reads the prompt
 * @param queries objects that it can find at most with one pass of the prompt
 * @param longestText tokens of a pass at most
 * @param prompt what it is to find; none where that is still to be said
 */
public record GroundingDinoArchitecture(
    Backbone backbone,
    DeformableTransformer transformer,
    Bert text,
    GroundingDinoHeads heads,
    int queries,
    int longestText,
    Prompt prompt)
    implements BackboneArchitecture, ReadingArchitecture {

  /** Its entry in the family's registry. */
  public static final FamilyMember MEMBER =
      new FamilyMember(
          List.of(
              new ModelType(GroundingDinoConfig.ORIGINAL, GroundingDinoArchitecture::parse),
              new ModelType(GroundingDinoConfig.MM, GroundingDinoArchitecture::parse)),
          List.of(new GroundingDinoStateDictFormat()));

  public GroundingDinoArchitecture {
    Transformer.requirePositive("num_queries", queries);
    if (transformer.encoder().heads() % 2 != 0) {
      throw new IllegalArgumentException(
          "Invalid encoder_attention_heads: %d (must be even: half of them are the text's)"
              .formatted(transformer.encoder().heads()));
    }
  }

  /**
   * Reads a {@code config.json} with the library's defaults.
   *
   * @throws CheckpointException if a setting is not supported, or a key is unknown
   */
  public static GroundingDinoArchitecture parse(JsonConfig config) {
    try {
      GroundingDinoArchitecture architecture = GroundingDinoConfig.read(config);
      config.finish();
      return architecture;
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("Cannot use " + config.file() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public int vocabulary() {
    return text.vocabulary();
  }

  @Override
  public ReadingArchitecture reading(Prompt read) {
    PromptPasses.of(read, longestText, text.places());
    return new GroundingDinoArchitecture(
        backbone, transformer, text, heads, queries, longestText, read);
  }

  @Override
  public int passes() {
    return divided().count();
  }

  private PromptPasses divided() {
    return PromptPasses.of(prompt, longestText, text.places());
  }

  @Override
  public Program program() {
    PromptPasses passes = divided();
    return backbone
        .program()
        .and(transformer.program())
        .and(
            Program.of(
                GroundingDinoArchitecture.class,
                "/dev/boxmill/detr/transformer/encoder_layer.py",
                "bert.py",
                "fusion.py",
                "grounding_dino.py"))
        .with(text.constants())
        .with(
            Map.of(
                "QUERIES", queries,
                "SCALED", heads.scaled(),
                "RESULT_BORDER", heads.resultBorder(),
                "SHARED_BOXES", heads.oneBox(),
                "SHARED_SCORES", heads.oneScore()))
        .with(
            Map.of(
                "PASSES", passes.lengths(),
                "TOKENS", passes.tokens(),
                "PLACES", passes.places(),
                "PHRASES", passes.phrases(),
                "LABELS", passes.labels(),
                "CLASSES", passes.classes()));
  }

  @Override
  public List<ExpectedTensor> tensors() {
    return GroundingDinoTensors.of(this);
  }

  @Override
  public Set<String> ignoredTensors() {
    Set<String> ignored =
        new HashSet<>(backbone.ignoredTensors(DeformableTensors.BACKBONE_PREFIXES));
    ignored.addAll(Bert.ignoredTensors(GroundingDinoTensors.TEXT));
    return ignored;
  }

  @Override
  public Map<Integer, String> classNames() {
    return prompt.classNames();
  }

  /** All of a query's classes that score enough, as transformers' processor has it. */
  @Override
  public PostProcessing postProcessing() {
    int pairs = queries * passes() * prompt.classes().size();
    PostProcessing all = PostProcessing.sigmoidTopK(pairs);
    return prompt.textThreshold() == Prompt.AS_BOXES
        ? all
        : all.withClassScore(prompt.textThreshold());
  }
}
