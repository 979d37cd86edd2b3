package dev.boxmill.torchscript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class TestTorchLibrary {

  @Test
  void theCpuNeedsNothing() {
    assertThatCode(() -> TorchLibrary.requireUsable(Device.cpu())).doesNotThrowAnyException();
  }

  @Test
  void aGpuWithoutCudaIsRefusedByNameWithTheRemedy() {
    String message =
        "Cannot compute on cuda:3: PyTorch's library in .+ is a build without CUDA"
            + " \\(set BOXMILL_TORCH to the site-packages folder that has Python's torch 2\\.7\\.1;"
            + " on executors by spark\\.executorEnv\\.BOXMILL_TORCH\\)";

    assertThatThrownBy(() -> TorchLibrary.requireUsable(Device.cuda(3)))
        .isInstanceOf(TorchScriptException.class)
        .hasMessageMatching(message);
    assertThatThrownBy(
            () ->
                Program.of(TestTorchLibrary.class, "tabled.py")
                    .load(Device.cuda(3), Precision.FP16, Map.of()))
        .isInstanceOf(TorchScriptException.class)
        .hasMessageMatching(message);
  }

  @Test
  void anotherPlatformsLibraryIsRefusedByName() {
    assertThatCode(() -> TorchLibrary.requireOneFor(TorchLibrary.platform()))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> TorchLibrary.requireOneFor("linux-riscv64"))
        .isInstanceOf(TorchScriptException.class)
        .hasMessage(
            "Cannot load PyTorch's native library: this machine is linux-riscv64, the class path"
                + " has it for "
                + TorchLibrary.platform()
                + " (add dev.boxmill:boxmill-platform-linux-riscv64, or build boxmill.jar on such a"
                + " machine)");
  }

  @Test
  void aMachineWithoutADriverHasNoDevices() {
    assertThat(TorchLibrary.cudaDevices()).isZero();
  }
}
