"""Tools that cannot live beside the others, each in an interpreter of its own.

A toolchain is a set of packages with a lock of its own, and a worker program that uses them. xport
talks to the program through files and JSON lines, so nothing that the packages need, an older
Python or numpy among it, binds xport itself. `xport toolchain install NAME` makes the interpreter;
an environment that has the packages anyway is used in its place.

To add one, say `foo`:

1. `foo_worker.py`: functions from JSON to JSON, listed in `COMMANDS`; one is called `check`, and
   imports what the others import. It needs its packages and the standard library alone.
2. `foo.lock`: every package, with hashes (a line in the Makefile's `lock`).
3. A `Toolchain` in a module `foo`, with its commands and replies as types, and its line in
   `known.TOOLCHAINS`. `xport toolchain`, `xport doctor`, versions and errors follow from that.
4. A stage or runner with `toolchain = FOO` that opens a `Worker`.

- `cache`: where installed toolchains lie, and which of them are whole.
- `installing`: making a toolchain's environment from its lock, whole or not at all; removing it.
- `interpreters`: which interpreter a toolchain runs in, and the versions of its packages there.
- `known`: every toolchain by name.
- `loop`: the worker's side: carries out the commands of a worker program, one line each.
- `onnx_tf_operators`: which operators onnx-tf knows, without importing it or TensorFlow.
- `pythons`: finding a Python of the version that a lock is for.
- `standing`: how it stands with a toolchain on this machine: where it runs, or what brings it.
- `tensorflow`: the toolchain of the paper's route: its commands and replies.
- `tensorflow_worker`: its program, which runs in the toolchain's interpreter.
- `toolchain`: what a toolchain is, as data.
- `worker`: our side: starts a worker program, asks it, and certainly ends it.
"""
