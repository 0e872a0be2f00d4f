"""DICOM: the one gray frame of a file, as it is to be displayed."""

from __future__ import annotations

from reference.decoding.dicom_aspect import pixel_aspect
from reference.decoding.dicom_data_set import read_dicom
from reference.decoding.dicom_display import display_of
from reference.decoding.dicom_image import stored_image
from reference.decoding.dicom_pixels import stored_values
from reference.preprocess.picture import Note, Picture


def dicom_picture(content: bytes) -> Picture:
    """Return the frame of a DICOM file, with its window applied and black at 0.

    The rules are said by ``read_dicom`` (the elements), ``stored_image`` and ``stored_values``
    (the pixels), ``display_of`` (the samples) and ``pixel_aspect`` (the shape of a pixel).
    """
    file = read_dicom(content)
    image = stored_image(file)
    display = display_of(file.elements, image)
    samples = display.table[stored_values(file, image)]
    aspect = pixel_aspect(file.elements)
    found: dict[Note, bool] = {
        "lut-descriptor": display.corrected,
        "presentation-lut-shape": image.contradicted,
        "pixel-aspect-ratio": aspect != 1,
    }
    notes = tuple(note for note, applies in found.items() if applies)
    return Picture(samples[..., None], display.white, 1, "dicom", aspect, notes)
