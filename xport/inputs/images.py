"""Image files: what the preprocessing leg is tried on, and where images for probes come from."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from xport.common import digests
from xport.common.document import write_whole
from xport.errors import InputError, IntegrityError
from xport.plan.plan import BROUGHT, PlannedImage

SUFFIXES = (".png", ".jpg", ".jpeg", ".dcm", ".dicom")
EXAMPLES: tuple[tuple[int, dict[str, float]], ...] = (
    (3, {}),
    (4, {"Mass": 0.8, "Effusion": 0.6}),
)
"""Patients and the severities of their findings."""

EXAMPLE_SIZE = 512

HEAD_BYTES = 256
"""So many bytes tell whether a file is DICOM; many carry no suffix."""


@dataclass(frozen=True)
class ImageFile:
    """One image as a file's bytes, and where it came from; `example` as in `PlannedImage`."""

    name: str
    source: str
    content: bytes
    example: str | None = None

    def planned(self) -> PlannedImage:
        """The file's identity."""
        digest = digests.of_bytes(self.content)
        return PlannedImage(
            name=self.name,
            source=self.source,
            sha256=digest,
            bytes=len(self.content),
            example=self.example,
        )


def synthetic_files(count: int, seed: int) -> list[ImageFile]:
    """Synthetic images of sixteen kinds in turn: PNG, JPEG and DICOM of every codec."""
    from reference.samples.image_files import synthetic_file

    made = (synthetic_file(index, seed) for index in range(count))
    return [ImageFile(name, f"synthetic, seed {seed}", content) for name, content in made]


def synthetic_count(least: int) -> int:
    """How many synthetic files are enough for `least` images: one of each kind is in any case."""
    from reference.samples.image_files import KIND_COUNT

    return max(least, KIND_COUNT)


def example_files(count: int) -> list[ImageFile]:
    """Drawn chests as PNG, the first `count` of EXAMPLES, which a bundle offers as examples.

    Seeds and severities are chosen so that the gates of all releases here let them pass. The page
    says their titles in its languages, and knows them by their form (app/text/language.ts).
    """
    from reference.phantoms import Patient, phantom
    from reference.samples.image_files import gray_png

    made = []
    for seed, findings in EXAMPLES[:count]:
        drawn = phantom(Patient(seed), findings=findings, size=EXAMPLE_SIZE)
        found = f" with {' and '.join(findings).lower()}" if findings else ""
        made.append(
            ImageFile(
                name="-".join(("drawn-chest", *map(str.lower, findings))) + ".png",
                source=f"phantom of patient {seed}",
                content=gray_png(drawn.image),
                example=f"Phantom: a drawn chest{found}, no person",
            )
        )
    return made


def photographs(names: Sequence[str]) -> list[ImageFile]:
    """Real photographs that scikit-image carries in its package.

    Raises:
        InputError: scikit-image carries no image of that name in its package.
    """
    import skimage

    folder = Path(skimage.__file__).parent / "data"
    paths = []
    for name in names:
        found = [path for suffix in SUFFIXES if (path := folder / f"{name}{suffix}").is_file()]
        if not found:
            raise InputError(f"scikit-image carries no image {name!r}", "probes.photographs")
        paths.append(found[0])
    return [_read(path, "photograph", "scikit-image") for path in paths]


def phantoms(count: int, seed: int) -> list[ImageFile]:
    """Procedural chest X-rays as PNG files, which show no person.

    Of the two hospitals in turn: A's have 8 bits, B's 16. `seed` is the first patient's number.
    """
    from PIL import Image

    from reference.phantoms import HOSPITAL_A, HOSPITAL_B, Patient, phantom

    files = []
    for index in range(count):
        hospital = (HOSPITAL_A, HOSPITAL_B)[index % 2]
        file = io.BytesIO()
        Image.fromarray(phantom(Patient(seed + index), 0, hospital).image).save(file, "PNG")
        name, source = (
            f"phantom-{index:03d}.png",
            f"phantom, hospital {hospital.name}, patient {seed + index}",
        )
        files.append(ImageFile(name, source, file.getvalue()))
    return files


def images_in(
    folders: Sequence[Path], say: Callable[[str], None] = lambda _: None
) -> list[ImageFile]:
    """Every image of every folder, in order of name, not looking into subfolders.

    Other files are left out, and how many is said: among them every hidden one, such as those
    that a Mac puts beside each image (``._chest.png``).

    Raises:
        InputError: a folder is absent or holds no image, two images have one name, or a file
            cannot be read or is too large; it is named.
    """
    images: list[ImageFile] = []
    for folder in folders:
        paths = image_paths(folder, say)
        images.extend(_read(path, BROUGHT, str(folder)) for path in paths)
    names = [image.name for image in images]
    for twice in sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"two images are called {twice!r}", "--images", "rename one")
    return images


def image_paths(folder: Path, say: Callable[[str], None] = lambda _: None) -> list[Path]:
    """Where the images of a folder lie, in order of name, found and told as by ``images_in``.

    Raises:
        InputError: the folder is absent or holds no image.
    """
    if not folder.is_dir():
        raise InputError("not a folder", str(folder), "give --images a folder of images")
    files = [path for path in folder.iterdir() if path.is_file() or _leads_nowhere(path)]
    paths = sorted(path for path in files if _is_image(path))
    if left_out := len(files) - len(paths):
        count = "1 file" if left_out == 1 else f"{left_out:,} files"
        say(f"{folder}: {count} left out, hidden or no image by name and mark")
    if not paths:
        raise InputError(
            f"no image in this folder ({', '.join(SUFFIXES)}, or DICOM under any name)",
            str(folder),
            "give --images a folder that holds at least one",
        )
    return paths


def read_image(path: Path) -> bytes:
    """The bytes of an image file.

    Raises:
        ImageError: it is larger than a picture may be.
        InputError: it cannot be read.
    """
    return _read(path, BROUGHT, str(path.parent)).content


def _leads_nowhere(path: Path) -> bool:
    """Whether it is a link whose file is gone: an image would be missed without a word."""
    return path.is_symlink() and not path.exists()


def _is_image(path: Path) -> bool:
    """Known by its suffix, or by the mark of DICOM: names made of UIDs seem to have a suffix."""
    if path.name.startswith("."):
        return False
    if path.suffix.lower() in SUFFIXES:
        return True
    from reference.decoding.dicom_data_set import is_dicom

    try:
        with path.open("rb") as file:
            return is_dicom(file.read(HEAD_BYTES))
    except OSError:
        return False


def _read(path: Path, prefix: str, source: str) -> ImageFile:
    from reference.errors import ImageError
    from reference.preprocess.picture import MAX_BYTES

    try:
        path.name.encode()
    except UnicodeEncodeError as error:
        raise InputError("its name is not UTF-8", str(path), "give it another") from error
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ImageError(
                f"the file has {size:,} bytes, the limit is {MAX_BYTES:,}",
                str(path),
                "leave it out",
            )
        return ImageFile(f"{prefix}-{path.name}", f"{source}/{path.name}", path.read_bytes())
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", str(path), "leave it out") from error


@dataclass(frozen=True)
class ImageFolder:
    """Image files on disk, named by their digest."""

    root: Path

    def save(self, images: Sequence[ImageFile]) -> tuple[PlannedImage, ...]:
        """Write every file once and return the images' identities."""
        for image in images:
            path = self.path(image.planned())
            if not path.is_file():
                write_whole(path, image.content)
        return tuple(image.planned() for image in images)

    def path(self, image: PlannedImage) -> Path:
        """Where an image lies."""
        return self.root / image.sha256

    def load(self, image: PlannedImage) -> bytes:
        """The bytes of a file.

        Raises:
            IntegrityError: it is missing or not the planned one.
        """
        path = self.path(image)
        content = path.read_bytes() if path.is_file() else b""
        if digests.of_bytes(content) != image.sha256:
            raise IntegrityError(
                f"image {image.name!r} is missing or changed",
                str(path),
                "run `xport convert` again",
            )
        return content

    def all(self, images: Sequence[PlannedImage]) -> Iterator[tuple[PlannedImage, bytes]]:
        """Every image with its bytes, one at a time."""
        for image in images:
            yield image, self.load(image)
