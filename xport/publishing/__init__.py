"""From a bundle to its users: releases in a target, and channels that point at them.

A target is a folder, or a store that fsspec reaches. Releases lie in folders that never change; a
channel is one small file that says which of them is meant, and is changed last.

- `channels`: a channel's file: read strictly, held to a key, a time and a number, and changed at
  once.
- `documents`: what lies in a target beside releases: its policy, its channels, and the index of
  releases.
- `gates`: what may be published: each refusal by itself, before anything is sent.
- `index`: the index of a target: an entry for every release in it, with figures from its evidence.
- `local_store`: a target that is a folder of this machine: renamed into place, and changed under a
  lock.
- `remote_store`: a target that fsspec reaches, whose writes nobody can know to be conditional.
- `replacements`: which key took the place of which: statements in a chain, each signed with the key
  before.
- `revocations`: the releases of a target that must not be used any more: a signed list that only
  grows.
- `s3_store`: a target in an S3-compatible store, whose writes are conditional where it heeds
  conditions.
- `seen`: the highest number of every signed document that this machine has seen: none goes
  backwards.
- `signed_documents`: a document of a target that is always signed: read strictly, held to a key,
  written at once.
- `stores`: what a target must be able to do, whether a folder or a store that fsspec reaches.
- `upload`: a release's files: sent where they are not there yet, each read back, the folder as it
  must be.
- `versions`: which of two releases is the newer one.
"""

VALID_DAYS = 90.0
"""How long a channel may be believed where nobody says otherwise."""
LONGEST_DAYS = 3650.0
"""How long at most, and how old evidence may be at most."""
