"""Drawn images, as inputs and as files of every kind that is read.

- `dicom_writing`: synthetic radiographs as DICOM files, for trials and benchmarks; the same bytes
  every time.
- `image_files`: synthetic images as the files that people bring: every kind that is decoded, in
  turn.
- `synthetic`: synthetic grey images: enough variety to exercise a model where no radiograph may
  go.
- `timed_files`: seeded image files of the sizes that hospitals have, for timing and for measuring
  memory.
"""
