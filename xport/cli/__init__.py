"""What a person meets: commands, options, progress bars, and the only exit.

- `arguments`: what the command line accepts; no command runs here, and nothing heavy is imported.
- `bench`: from the options of `xport bench`, `xport profile` and `xport targets` to a
  measurement.
- `bench_arguments`: what `xport bench`, `profile`, `targets` and `soak` accept; nothing heavy is
  imported.
- `bundles`: what `xport verify` and `xport sign` do, and what is said of every bundle.
- `bundles_arguments`: what `xport sign`, `verify`, `requalify` and `serve` accept; nothing heavy
  is imported.
- `calibrate`: what `xport calibrate` accepts and does.
- `debug`: what `xport debug` accepts and does.
- `diff`: what `xport diff` accepts and does.
- `doctor`: what this machine can run, and the command that brings what is missing.
- `ending`: how a command ends: its exit code, and the words for whatever was raised.
- `main`: the command line: one command per step of the workflow; the only place that exits.
- `migrate`: what `xport migrate` accepts and does: every file first, and only then the first byte
  on disk.
- `models`: what `xport init`, `xport check` and `xport convert` do; the last takes ONNX files too.
- `models_arguments`: what these three accept; nothing heavy is imported.
- `paper`: what `xport paper` and `xport phantoms` do: options to `reference`, its results to a
  page.
- `paper_arguments`: what `xport paper` and `xport phantoms` accept; nothing heavy is imported.
- `parsers`: the parsers of the command line, and the options that print something and end.
- `publishing`: what `xport publish`, `promote`, `rollback` and `releases` accept and do.
- `toolchain`: what `xport toolchain` accepts and does.
- `verdicts`: what a command that passes a verdict says of it: to a person, in one line, or to a
  program.
- `withdrawing`: what `xport revoke` and `replace-key` accept and do.
"""

from xport.common import own_names

own_names.keep()  # before this room imports anything that a working folder may have too
