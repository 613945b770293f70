"""Every id under which a bypass was published, and where the museum shows it or why it does not.

`ROWS` are the rows of the catalogue of attacks (its advisory seeds, section 12, are versions and no files);
`advisories` holds what scanners and libraries published; `SHOWN_AS` further references, each with the row that shows
it; `ELSEWHERE` what no exhibit can show, with the reason. A test holds this list and the exhibits together.
"""

from __future__ import annotations

from tests.museum.test_survey_samples import LEFT_OUT

ROWS: tuple[str, ...] = tuple(
    f"{family}-{number:02}"
    for family, count in (
        ("PKL", 42), ("GAD", 17), ("SCN", 30), ("TOR", 23), ("KER", 16), ("TF", 13), ("ONX", 14), ("GGU", 18), ("SAF", 11),
        ("OTH", 33), ("REP", 33), ("WGT", 14),
    )
    for number in range(1, count + 1)
)  # fmt: skip

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

_PRIVATE = "private: reported without details"
_VALUES = "values of weights like any others: "
_REFERENCE = "shows only beside the original: "
_RUN_TIME = "run time: "
_HERE = "shown by a test of its own: "
_ORIGIN = "origin, not content: "
_UNCLEAR = "named without saying what it is: "

ELSEWHERE: dict[str, str] = {
    "PKL-37": _HERE + "test_repository_rows.py",
    "PKL-39": _RUN_TIME + "loaders that a guard does not hook; there is no file",
    "ONX-13": _RUN_TIME + "functions of the library that download and unpack; what a tar holds is told of any tar",
    "SCN-04": _HERE + "test_directory_rows.py",
    "SCN-21": _RUN_TIME + "a dependency drifts; what is imported only parses, and its failure is a gap",
    "SCN-22": _RUN_TIME + "reputation lowers a finding; there is no reputation here",
    "SCN-23": _RUN_TIME + "another revision is loaded than was scanned; digests and locks answer that",
    "SCN-25": _HERE + "test_directory_rows.py",
    "SCN-30": _RUN_TIME + "attacks on libraries that parse; the import contract keeps them out",
    "SAF-06": _HERE + "test_repository_rows.py",
    "SAF-11": _ORIGIN + "weights swapped by a conversion",
    "REP-22": _ORIGIN + "an organisation that was registered anew",
    "REP-24": _ORIGIN + "branches that move; unpinned edges are told by REF403 and REF405",
    "REP-27": _HERE + "test_repository_rows.py",
    "REP-30": _HERE + "test_repository_rows.py",
    "REP-31": _HERE + "every row on archives: a repository's archives are read like any other",
    "REP-32": _ORIGIN + "signatures that cover a part",
    "REP-33": _ORIGIN + "bills of materials that claim something else",
    "WGT-03": _VALUES + "spread-spectrum messages look like noise",
    "WGT-05": _VALUES + "a trained-in backdoor",
    "WGT-06": _REFERENCE + "edits of single layers",
    "WGT-07": _VALUES + "an adapter's backdoor",
    "WGT-09": _REFERENCE + "flipped bits; digests and signatures answer that",
    "WGT-10": _REFERENCE + "exchanged rows of an embedding",
    "WGT-11": _HERE + "tests/formats/test_hidden_bits.py, a note",
    "WGT-12": _HERE + "test_repository_rows.py",
    "WGT-13": _VALUES + "a backdoor that quantisation wakes",
    "WGT-14": _VALUES + "origin washed off by merging",
    **dict.fromkeys(("modelscan#343", "modelscan#357", "modelscan#358", "modelscan#367"), _PRIVATE),
    "GHSA-wccx-j62j-r448": _RUN_TIME + "entry points of the loader that a hook misses",
    "GHSA-fphw-536r-4p88": _RUN_TIME + "entry points of the loader that a hook misses",
    **{
        f"modelaudit#{number}": _UNCLEAR + "MXNet, CNTK, Torch7 and RKNN share four numbers"
        for number in (629, 630, 631, 632)
    },
    **{f"survey {sample}": _UNCLEAR + why for sample, why in LEFT_OUT.items()},
}
