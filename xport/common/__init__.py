"""What any room may use: documents, digests, one function in a process of its own.

- `arrays`: the array type of the project: any shape, any dtype.
- `callables`: callables named in a release file as `module:name`, and the source code they stand
  for.
- `digests`: SHA-256 digests of bytes, arrays, files and folders, always as lower-case hex.
- `displays`: progress as a person sees it: bars on a terminal and in a notebook, plain lines in a
  log.
- `document`: documents on disk, as they are defined beside the networks that are documented too.
- `fork_server`: processes forked from one that has imported the large libraries already: no import
  is paid twice.
- `hosting`: how a bundle is served, said once: headers, types, and the files that tell hosts of
  them.
- `isolated`: run one function in a process of its own: its memory is measured, its noise kept
  from ours.
- `numbers`: numbers in few characters, the same way wherever a person reads them.
- `own_names`: whose `reports` it is: packages of this project's names are ours, whatever else lies
  around.
- `progress`: telling a person how far long work has come; who calls decides where it is shown.
- `raised`: what other people's code raised, in one line.
- `system`: what operating systems do differently: memory, interrupts, and whoever has closed a
  stream.
- `tools`: versions of the installed packages that a result depends on, and what installs them.
- `version`: the version of this package, which rooms below the public face may ask for too.
"""
