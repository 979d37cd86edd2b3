package dev.boxmill.checkpoint;

import java.util.Set;

/**
 * Something that a training script left in its checkpoint beside the tensors: a path, a number of
 * numpy, the options it ran with. It is passed over: nothing is known of it but that it was there,
 * and nothing is ever made of what its pickle says.
 */
record PickledObject() {

  /** Packages whose objects are data or the state of training. */
  private static final Set<String> PACKAGES =
      Set.of(
          "accelerate",
          "addict",
          "datetime",
          "decimal",
          "detectron2",
          "easydict",
          "fractions",
          "fvcore",
          "lightning",
          "lightning_fabric",
          "lightning_utilities",
          "mmcv",
          "mmdet",
          "mmengine",
          "ml_collections",
          "numpy",
          "omegaconf",
          "pathlib",
          "pytorch_lightning",
          "torchmetrics",
          "transformers",
          "uuid",
          "yacs");

  /** Packages of PyTorch that hold the state of training. */
  private static final Set<String> TRAINING =
      Set.of(
          "torch.amp.grad_scaler",
          "torch.cuda.amp.grad_scaler",
          "torch.optim",
          "torch.torch_version");

  /** Single names of packages that hold programs too. */
  private static final Set<String> NAMES =
      Set.of(
          "_codecs.encode",
          "argparse.Namespace",
          "builtins.bytearray",
          "builtins.bytes",
          "builtins.complex",
          "builtins.dict",
          "builtins.float",
          "builtins.frozenset",
          "builtins.int",
          "builtins.list",
          "builtins.object",
          "builtins.range",
          "builtins.set",
          "builtins.slice",
          "builtins.str",
          "builtins.tuple",
          "collections.Counter",
          "collections.defaultdict",
          "collections.deque",
          "copyreg._reconstructor",
          "torch.Size",
          "torch._utils._rebuild_device_tensor_from_numpy",
          "torch.bfloat16",
          "torch.bool",
          "torch.device",
          "torch.float16",
          "torch.float32",
          "torch.float64",
          "torch.int32",
          "torch.int64",
          "torch.serialization._get_layout",
          "torch.uint8",
          "types.SimpleNamespace",
          "typing.Any");

  /** Whether objects of that global name are passed over; others are refused. */
  static boolean isOne(String module, String name) {
    // Python 2's names of modules, which the pickle protocols up to 2 keep
    String today =
        switch (module) {
          case "__builtin__" -> "builtins";
          case "copy_reg" -> "copyreg";
          default -> module;
        };
    int dot = today.indexOf('.');
    return PACKAGES.contains(dot < 0 ? today : today.substring(0, dot))
        || TRAINING.stream().anyMatch(t -> today.equals(t) || today.startsWith(t + "."))
        || NAMES.contains(today + "." + name);
  }
}
