"""Small valid image files of every kind that is read, for the tests of both languages."""

from __future__ import annotations

from functools import cache

from tests.images.dicom_files import dicom_files
from tests.images.jpeg_files import jpeg_files
from tests.images.png_files import png_files


@cache
def corpus() -> dict[str, bytes]:
    """Return about 700 files by names such as png/rgb-16-adam7; 600 kB in all."""
    return png_files() | jpeg_files() | dicom_files()
