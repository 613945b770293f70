"""Every id under which a bypass was published, and where the museum shows it or why it does not.

`ROWS` are the rows of the catalogue of attacks that concern pickles, checkpoints, arrays, archives and safetensors;
`advisories` holds what scanners and libraries published; `SHOWN_AS` further references, each with the row that shows
it; `ELSEWHERE` what no exhibit can show, with the reason. A test holds this list and the exhibits together.
"""

from __future__ import annotations

from tests.museum.test_survey_samples import LEFT_OUT

ROWS: tuple[str, ...] = (
    *(f"PKL-{number:02}" for number in range(1, 43)),
    *(f"GAD-{number:02}" for number in range(1, 18)),
    *(f"SCN-{number:02}" for number in range(1, 31)),
    *(f"TOR-{number:02}" for number in range(1, 24)),
    *(f"SAF-{number:02}" for number in range(1, 12)),
    *(f"OTH-{number:02}" for number in range(1, 34)),
    *(f"WGT-{number:02}" for number in range(1, 15)),
    "TF-10",
    "TF-11",
    "WGT-04",
    *(f"REP-{number:02}" for number in (*range(1, 11), 28, 29)),
    *(f"TF-{number:02}" for number in (*range(1, 10), 12)),
    "KER-15",
    *(f"GGU-{number:02}" for number in range(1, 19)),
    *(f"REP-{number:02}" for number in range(11, 16)),
    *("REP-16", "REP-17", "REP-21"),
    *(f"KER-{number:02}" for number in range(1, 17)),
    "TF-13",
)

SHOWN_AS: dict[str, str] = {
    "aisbom 7z": "SCN-14",
    "arXiv:2508.15987 PickleBall": "PKL-01",
    "arXiv:2508.19774": "PKL-42",
    "card 01data-ai safetensors": "SAF-04",
    "card Arrancarcero7": "SAF-07",
    "card Damir2024": "SAF-01",
    "card EnigmaConsultant zip": "SCN-08",
    "card Fitscha": "SCN-08",
    "card MomoFan": "GAD-12",
    "card NeMo tar": "SCN-16",
    "card Talson nemo": "TOR-20",
    "card Talson pt2": "TOR-09",
    "card aisecre joblib": "OTH-01",
    "card asmit007": "TOR-20",
    "card aslein1413 npz": "OTH-07",
    "card celvexgroup nemo": "TOR-19",
    "card hacnho joblib": "OTH-02",
    "card hacnho tarfile": "GAD-10",
    "card hoanghai mlflow": "SCN-01",
    "card htdy7703": "OTH-04",
    "card neimasilk": "SCN-02",
    "card pauliquib": "SCN-09",
    "card rez0": "SAF-05",
    "card smurly": "PKL-15",
    "card wulonchia mar": "TOR-16",
    "card wulonchia typing": "GAD-04",
    "card xry6": "GAD-05",
    "card yibai777": "PKL-17",
    "card zamaanahmed coreml": "SCN-01",
    "CVE-2022-45907": "GAD-09",
    "CVE-2023-6730": "REP-15",
    "CVE-2024-21802": "GGU-07",
    "CVE-2024-34359": "GGU-01",
    "CVE-2024-37032": "GGU-17",
    "CVE-2024-48063": "GAD-09",
    "CVE-2024-5480": "GAD-09",
    "CVE-2025-12060": "SCN-16",
    "CVE-2025-49847": "GGU-10",
    "CVE-2025-23249": "TOR-19",
    "CVE-2025-23360": "TOR-20",
    "CVE-2026-22584": "SAF-08",
    "CVE-2026-3490": "GAD-05",
    "CVE-2026-7482": "GGU-09",
    "CVE-2026-4538": "TOR-09",
    "CVE-2026-65179": "TOR-19",
    "fickling ff423da": "PKL-06",
    "modelaudit turns 1 to 5": "GAD-03",
    "modelaudit turn 200": "PKL-13",
    "picklescan March 2025": "picklescan-2025-03",
    "sour pickles 2011": "picklescan malicious0",
}

_FORMAT = "another format: "
_REPOSITORY = "several files: "
_PRIVATE = "private: reported without details"
_VALUES = "values of weights like any others: "
_REFERENCE = "shows only beside the original: "
_RUN_TIME = "run time: "
_HERE = "shown by a test of its own: "

ELSEWHERE: dict[str, str] = {
    "PKL-39": _RUN_TIME + "loaders that a guard does not hook; there is no file",
    "SCN-04": _HERE + "test_directory_rows.py",
    "SCN-21": _RUN_TIME + "a dependency drifts; the base install has none",
    "SCN-22": _RUN_TIME + "reputation lowers a finding; there is no reputation here",
    "SCN-23": _RUN_TIME + "another revision is loaded than was scanned; digests and locks answer that",
    "SCN-25": _HERE + "test_directory_rows.py",
    "SCN-29": _FORMAT + "CoreML",
    "SCN-30": _RUN_TIME + "attacks on libraries that parse; the import contract keeps them out",
    "TOR-11": _FORMAT + "ExecuTorch",
    "KER-14": _FORMAT + "YAML",
    "KER-15": _FORMAT + "SavedModel; its JSON goes through the same walker",
    "TOR-05": _FORMAT + "TorchScript source",
    "TOR-06": _FORMAT + "TorchScript source",
    "TOR-15": _FORMAT + "tensorizer",
    "TOR-21": _FORMAT + "Python source",
    "TOR-17": _FORMAT + "NeMo configuration",
    "TOR-18": _FORMAT + "NeMo configuration",
    "SAF-06": _REPOSITORY + "a changed type shows only against the configuration or another copy",
    "SAF-11": _RUN_TIME + "weights swapped by a conversion; provenance answers that",
    "WGT-03": _VALUES + "spread-spectrum messages look like noise",
    "WGT-05": _VALUES + "a trained-in backdoor",
    "WGT-06": _REFERENCE + "edits of single layers",
    "WGT-07": _VALUES + "an adapter's backdoor",
    "WGT-09": _REFERENCE + "flipped bits; digests and signatures answer that",
    "WGT-10": _REFERENCE + "exchanged rows of an embedding",
    "WGT-08": _FORMAT + "graphs",
    "WGT-11": _HERE + "tests/formats/test_hidden_bits.py, a note",
    "WGT-12": _REPOSITORY + "tests of the rule on adapters",
    "WGT-13": _VALUES + "a backdoor that quantisation wakes",
    "WGT-14": _VALUES + "origin washed off by merging",
    **{
        f"OTH-{number:02}": _FORMAT + "neither pickle nor array"
        for number in range(8, 34)
        if number not in {14, 18, 22, 24, 25, 26, 28, 32}
        if number not in {14, 18, 19, 28, 32}
        if number not in {13, 14, 18, 21, 28, 29, 32}
        if number not in {14, 18, 28, 31, 32}
        if number not in {8, 11, 12, 14}
    },
    **dict.fromkeys(("modelscan#343", "modelscan#357", "modelscan#358", "modelscan#367"), _PRIVATE),
    "GHSA-wccx-j62j-r448": _RUN_TIME + "entry points of the loader that a hook misses",
    "GHSA-fphw-536r-4p88": _RUN_TIME + "entry points of the loader that a hook misses",
    **{f"modelaudit#{number}": _FORMAT + "MXNet, CNTK, Torch7, RKNN" for number in (629, 630, 631, 632)},
    **{f"survey {sample}": _FORMAT + why for sample, why in LEFT_OUT.items()},
}
