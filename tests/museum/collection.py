"""All exhibits of the museum, for what holds of every one of them."""

from __future__ import annotations

from tests.museum import (
    test_archive_rows,
    test_dispatch_rows,
    test_fickling,
    test_gadget_families,
    test_modelaudit,
    test_modelaudit_game,
    test_modelscan,
    test_numpy_joblib_rows,
    test_onnx_rows,
    test_pickle_machine_rows,
    test_picklescan_containers,
    test_picklescan_gadgets,
    test_picklescan_streams,
    test_safetensors_rows,
    test_survey_samples,
    test_torch_archive_rows,
    test_torch_rows,
    test_zip_rows,
)
from tests.museum.exhibit import Exhibit

HALLS = (
    test_picklescan_gadgets,
    test_picklescan_streams,
    test_picklescan_containers,
    test_modelscan,
    test_fickling,
    test_modelaudit,
    test_modelaudit_game,
    test_gadget_families,
    test_pickle_machine_rows,
    test_dispatch_rows,
    test_zip_rows,
    test_archive_rows,
    test_torch_archive_rows,
    test_torch_rows,
    test_numpy_joblib_rows,
    test_onnx_rows,
    test_safetensors_rows,
    test_survey_samples,
)

ALL: tuple[Exhibit, ...] = tuple(exhibit for hall in HALLS for exhibit in hall.EXHIBITS)
