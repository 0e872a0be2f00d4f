"""Data sets in their published layouts: one image in memory at a time, every absence counted.

- `augmentation`: rotation, translation and scaling of images, at the levels of the paper (section
  2, Figure 3).
- `dataset`: what a data set is: named labels, items, and one image at a time.
- `films`: real radiographs in one folder of small copies: which image plays which part, and its
  labels.
- `folders`: data sets whose labels are the names of folders: pediatric pneumonia (Kermany) and
  MURA.
- `nih`: NIH ChestX-ray14 (Wang et al., 2017) as published: one table, two official lists, PNG
  files.
- `packaged`: real images that are no chest X-rays, from the packages of scikit-image and
  scikit-learn.
- `packed`: data sets that are one binary file: CIFAR-100 (binary version) and MNIST (IDX).
- `padchest`: PadChest (Bustos et al., 2019) as published: one table, 16-bit PNG files in numbered
  folders.
- `pixels`: the one place where data sets turn files and arrays into grey levels.
- `reading`: one pass over a data set, one image in memory at a time, with a count of what was
  used.
- `splits`: cutting a data set in two so that no patient is on both sides.
- `tables`: tables and lists of published data sets, read line by line and distrusted.
"""

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
