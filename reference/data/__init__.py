"""Data sets in their published layouts: one image in memory at a time, every absence counted."""

from reference.data.dataset import Dataset, Images, Item
from reference.data.folders import kermany, mura
from reference.data.nih import nih
from reference.data.packaged import packaged_digits, packaged_photographs
from reference.data.packed import cifar100, mnist
from reference.data.padchest import padchest
from reference.data.reading import Broken, Reading, Usage
from reference.data.splits import VALIDATION_SHARE, cut_by_patient

__all__ = [
    "VALIDATION_SHARE",
    "Broken",
    "Dataset",
    "Images",
    "Item",
    "Reading",
    "Usage",
    "cifar100",
    "cut_by_patient",
    "kermany",
    "mnist",
    "mura",
    "nih",
    "packaged_digits",
    "packaged_photographs",
    "padchest",
]
