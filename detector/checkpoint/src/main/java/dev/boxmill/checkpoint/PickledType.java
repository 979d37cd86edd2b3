package dev.boxmill.checkpoint;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Optional;

/** The global names that a checkpoint's pickle may use, and what is made of them: only data. */
enum PickledType {
  ORDERED_DICT("collections.OrderedDict"),
  TENSOR("torch._utils._rebuild_tensor_v2"),
  /** As PyTorch before 0.4 wrote it. */
  OLD_TENSOR("torch._utils._rebuild_tensor"),
  PARAMETER("torch._utils._rebuild_parameter"),
  FLOAT("torch.FloatStorage", DType.F32),
  HALF("torch.HalfStorage", DType.F16),
  BFLOAT16("torch.BFloat16Storage", DType.BF16),
  DOUBLE("torch.DoubleStorage", DType.F64),
  LONG("torch.LongStorage", DType.I64),
  INT("torch.IntStorage", DType.I32),
  SHORT("torch.ShortStorage", DType.I16),
  CHAR("torch.CharStorage", DType.I8),
  BYTE("torch.ByteStorage", DType.U8),
  BOOL("torch.BoolStorage", DType.BOOL);

  private static final int TENSOR_ARGUMENTS = 6;
  private static final int OLD_TENSOR_ARGUMENTS = 4;

  private final String global;
  private final Optional<DType> dtype;

  PickledType(String global) {
    this(global, null);
  }

  PickledType(String global, DType dtype) {
    this.global = global;
    this.dtype = Optional.ofNullable(dtype);
  }

  static Optional<PickledType> of(String global) {
    return Arrays.stream(values()).filter(type -> type.global.equals(global)).findFirst();
  }

  /** Of a storage, what its values are. */
  Optional<DType> dtype() {
    return dtype;
  }

  /** What a call with these arguments gives; empty if it can't be called so. */
  Optional<Object> make(Object[] arguments) {
    return switch (this) {
      case ORDERED_DICT ->
          arguments.length == 0 ? Optional.of(new LinkedHashMap<>()) : Optional.empty();
      case TENSOR -> tensor(arguments, TENSOR_ARGUMENTS);
      case OLD_TENSOR -> tensor(arguments, OLD_TENSOR_ARGUMENTS);
      case PARAMETER ->
          arguments.length > 0 && arguments[0] instanceof PickledTensor
              ? Optional.of(arguments[0])
              : Optional.empty();
      case FLOAT, HALF, BFLOAT16, DOUBLE, LONG, INT, SHORT, CHAR, BYTE, BOOL -> Optional.empty();
    };
  }

  private static Optional<Object> tensor(Object[] arguments, int least) {
    return arguments.length >= least
        ? PickledTensor.of(arguments).map(Object.class::cast)
        : Optional.empty();
  }

  @Override
  public String toString() {
    return global;
  }
}
