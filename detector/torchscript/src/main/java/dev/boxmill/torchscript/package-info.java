/**
 * Networks as TorchScript text: source files from resources become a module that DJL's PyTorch
 * engine runs.
 *
 * <p>The road: {@link dev.boxmill.torchscript.Program} joins text files and constants, packs them
 * in memory into a TorchScript archive and loads it; {@link dev.boxmill.torchscript.TorchModule}
 * hands the checkpoint's tensors to the program's {@code prepare} once and then runs its entry
 * points; {@link dev.boxmill.torchscript.Tensor} keeps arrays whose type Java must not ask for
 * (DJL's native code ends the process when asked for the type of a bfloat16 array).
 *
 * <p>The text is TorchScript's serialized dialect with three liberties that {@code Program}
 * resolves: functions call each other by plain name, {@code UPPER_CASE} names are constants given
 * by Java, and every function with the signature {@code (w: Dict[str, Tensor], inputs: Dict[str,
 * Tensor]) -> Dict[str, Tensor]} is an entry point.
 */
package dev.boxmill.torchscript;
