"""Documents on disk, as they are defined beside the networks that are documented too.

There is one definition for all packages: ``reference`` imports none of the others, so it lies
there.
"""

from reference.document import (
    Document,
    GrownDocument,
    first_problem,
    folder_made_whole,
    make_readable,
    readable_folder,
    version_of,
    write_whole,
)

__all__ = [
    "Document",
    "GrownDocument",
    "first_problem",
    "folder_made_whole",
    "make_readable",
    "readable_folder",
    "version_of",
    "write_whole",
]
