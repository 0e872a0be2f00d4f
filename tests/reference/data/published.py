"""Miniature data sets in the layouts in which the real ones are published."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

NIH_HEADER = (
    "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
    "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]"
)
NIH_ROWS: tuple[tuple[str, str, str], ...] = (
    ("00000001_000.png", "Cardiomegaly", "PA"),
    ("00000001_001.png", "Cardiomegaly|Emphysema", "PA"),
    ("00000002_000.png", "No Finding", "AP"),
    ("00000003_000.png", "Hernia", "PA"),
    ("00000003_001.png", "Pleural_Thickening|Mass", "PA"),
    ("00000004_000.png", "No Finding", "AP"),
)
NIH_TEST = ("00000003_000.png", "00000003_001.png", "00000004_000.png")
PADCHEST_TABLE = "PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv"
PADCHEST_HEADER = (
    ",ImageID,ImageDir,StudyDate_DICOM,StudyID,PatientID,PatientBirth,Projection,Report,Labels"
)
PADCHEST_ROWS: tuple[tuple[str, str, str, str, str], ...] = (
    ("a.png", "0", "11", "PA", "\"['pleural effusion', ' Cardiomegaly ']\""),
    ("b.png", "0", "11", "L", "\"['pleural effusion', 'cardiomegaly']\""),
    ("c.png", "7", "12", "AP_horizontal", "\"['pneumonia', 'mediastinal mass']\""),
    ("d.png", "7", "13", "PA", "nan"),
    ("e.png", "7", "14", "PA", "['normal']"),
)


def levels(seed: int, shape: tuple[int, ...] = (12, 10)) -> npt.NDArray[np.uint8]:
    """Noise, so that no two images are alike."""
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def save(path: Path, image: npt.NDArray[np.generic]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)
    return path


def nih_line(name: str, labels: str, view: str) -> str:
    return f"{name},{labels},0,{int(name[:8])},58,M,{view},2682,2749,0.143,0.143"


def nih_table(rows: Sequence[tuple[str, str, str]] = NIH_ROWS, end: str = "\n") -> str:
    return end.join([NIH_HEADER, *(nih_line(*row) for row in rows), ""])


def write_nih(root: Path) -> Path:
    """Six images of four patients; one is RGBA, with its grey levels in every colour."""
    (root / "Data_Entry_2017_v2020.csv").write_text(nih_table())
    names = [row[0] for row in NIH_ROWS]
    (root / "test_list.txt").write_text("\n".join(NIH_TEST) + "\n")
    train_val = [name for name in names if name not in NIH_TEST]
    (root / "train_val_list.txt").write_text("\n".join(train_val) + "\n")
    for index, name in enumerate(names):
        save(root / "images" / name, levels(index))
    colours = np.stack([levels(3)] * 3 + [levels(99)], axis=-1)
    save(root / "images" / "00000003_000.png", colours)
    return root


def padchest_table(rows: Sequence[tuple[str, str, str, str, str]] = PADCHEST_ROWS) -> str:
    lines = [
        f'{index},{name},{folder},20140915,s{index},{patient},1950.0,{view},"text, text",{labels}'
        for index, (name, folder, patient, view, labels) in enumerate(rows)
    ]
    return "\n".join([PADCHEST_HEADER, *lines, ""])


def deep(seed: int) -> npt.NDArray[np.uint16]:
    return np.random.default_rng(seed).integers(0, 65536, (9, 8), dtype=np.uint16)


def write_padchest(root: Path, packed: bool = False) -> Path:
    """Five 16-bit images: two frontal and one lateral with labels, one without, one normal."""
    table = padchest_table().encode()
    if packed:
        (root / f"{PADCHEST_TABLE}.gz").write_bytes(gzip.compress(table))
    else:
        (root / PADCHEST_TABLE).write_bytes(table)
    for index, (name, folder, *_) in enumerate(PADCHEST_ROWS):
        save(root / folder / name, deep(index))
    return root


KERMANY = {
    "train/NORMAL": ("IM-0115-0001.jpeg", "IM-0115-0002.jpeg", "NORMAL2-IM-0383-0001.jpeg"),
    "train/PNEUMONIA": ("person1_bacteria_1.jpeg", "person1_virus_2.jpeg"),
    "test/NORMAL": ("NORMAL-1003233-0001.jpeg",),
    "test/PNEUMONIA": ("BACTERIA-134339-0001.jpeg", "scan.jpeg", ".DS_Store"),
}
MURA = (
    "train/XR_ELBOW/patient00011/study1_negative/image1.png",
    "train/XR_ELBOW/patient00011/study1_negative/image2.png",
    "train/XR_WRIST/patient00002/study2_positive/image1.png",
    "valid/XR_HAND/patient11184/study1_positive/image1.png",
)


def write_kermany(root: Path) -> Path:
    for folder, names in KERMANY.items():
        for index, name in enumerate(names):
            path = root / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if name.startswith("."):
                path.write_bytes(b"\0")
            else:
                Image.fromarray(levels(index)).save(path, "JPEG")
    return root


def write_mura(root: Path, listed: bool = False) -> Path:
    base = root / "MURA-v1.1"
    for index, name in enumerate(MURA):
        save(base / name, levels(index))
    (base / "train/XR_ELBOW/patient00011/study1_negative/._image1.png").write_bytes(b"\0\5")
    if listed:
        for split in ("train", "valid"):
            paths = [f"MURA-v1.1/{name}\n" for name in MURA if name.startswith(split)]
            (base / f"{split}_image_paths.csv").write_text("".join(paths))
    return root


def cifar_bytes(count: int) -> bytes:
    records = [bytes([i % 20, i % 100]) + levels(i, (3, 32, 32)).tobytes() for i in range(count)]
    return b"".join(records)


def write_cifar(root: Path, count: int = 4) -> Path:
    folder = root / "cifar-100-binary"
    folder.mkdir()
    (folder / "test.bin").write_bytes(cifar_bytes(count))
    return root


def idx(values: npt.NDArray[np.uint8]) -> bytes:
    return struct.pack(f">I{values.ndim}I", 0x800 + values.ndim, *values.shape) + values.tobytes()


def mnist_files(count: int = 3) -> Mapping[str, bytes]:
    return {
        "t10k-images-idx3-ubyte": idx(levels(1, (count, 28, 28))),
        "t10k-labels-idx1-ubyte": idx(np.arange(count, dtype=np.uint8)),
    }


def write_mnist(root: Path, packed: bool = False) -> Path:
    for name, content in mnist_files().items():
        path = root / (f"{name}.gz" if packed else name)
        path.write_bytes(gzip.compress(content) if packed else content)
    return root
