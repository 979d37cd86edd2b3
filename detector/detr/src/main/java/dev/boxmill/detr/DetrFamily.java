package dev.boxmill.detr;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.architecture.FamilyMember;
import dev.boxmill.detr.architecture.FamilyMember.ModelType;
import dev.boxmill.detr.architecture.StateDictFormat;
import dev.boxmill.detr.architecture.StateDictFormats;
import dev.boxmill.detr.conditional.ConditionalArchitecture;
import dev.boxmill.detr.dab.DabArchitecture;
import dev.boxmill.detr.deformable.DeformableDetrArchitecture;
import dev.boxmill.detr.deimv2.Deimv2Architecture;
import dev.boxmill.detr.detr.DetrArchitecture;
import dev.boxmill.detr.dfine.DFineArchitecture;
import dev.boxmill.detr.dino.DinoArchitecture;
import dev.boxmill.detr.doclayout.DocLayoutArchitecture;
import dev.boxmill.detr.groundingdino.GroundingDinoArchitecture;
import dev.boxmill.detr.lwdetr.LwDetrArchitecture;
import dev.boxmill.detr.rfdetr.RfDetrArchitecture;
import dev.boxmill.detr.rtdetr.RtDetrArchitecture;
import dev.boxmill.detr.table.TableTransformerArchitecture;
import java.util.List;
import java.util.stream.Collectors;

/** The registry of all networks that can be loaded. */
public final class DetrFamily {
  private static final List<FamilyMember> MEMBERS =
      List.of(
          DetrArchitecture.MEMBER,
          TableTransformerArchitecture.MEMBER,
          ConditionalArchitecture.MEMBER,
          DabArchitecture.MEMBER,
          DeformableDetrArchitecture.MEMBER,
          DinoArchitecture.MEMBER,
          GroundingDinoArchitecture.MEMBER,
          RtDetrArchitecture.MEMBER,
          DocLayoutArchitecture.MEMBER,
          LwDetrArchitecture.MEMBER,
          RfDetrArchitecture.MEMBER,
          DFineArchitecture.MEMBER,
          Deimv2Architecture.MEMBER);

  private static final List<ModelType> MODEL_TYPES =
      MEMBERS.stream().flatMap(member -> member.modelTypes().stream()).toList();

  private static final List<StateDictFormat> STATE_DICT_FORMATS =
      MEMBERS.stream().flatMap(member -> member.stateDictFormats().stream()).toList();

  private DetrFamily() {}

  /**
   * The architecture that a {@code config.json} describes.
   *
   * @throws CheckpointException if it is none of the known ones, or has a setting that is not
   *     supported
   */
  public static Architecture parse(JsonConfig config) {
    String name = config.text("model_type");
    return MODEL_TYPES.stream()
        .filter(type -> type.name().equals(name))
        .findFirst()
        .orElseThrow(() -> unknown(name, config))
        .parser()
        .apply(config);
  }

  private static CheckpointException unknown(String name, JsonConfig config) {
    String known = MODEL_TYPES.stream().map(ModelType::name).collect(Collectors.joining(", "));
    return new CheckpointException(
        "Unknown model_type '" + name + "' in " + config.file() + " (known: " + known + ")");
  }

  /**
   * The architecture of a checkpoint without a {@code config.json}.
   *
   * @param choice {@code NAME[:key=value,…]}, or empty where the tensors decide
   * @throws CheckpointException if the tensors are no known network's, or several's, or not the
   *     chosen one's
   */
  static Architecture recognize(Checkpoint checkpoint, String choice) {
    return StateDictFormats.recognize(checkpoint, choice, STATE_DICT_FORMATS);
  }
}
