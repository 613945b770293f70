"""Every id under which a bypass was published, and where the museum shows it or why it does not.

`ROWS` are the rows of the catalogue of attacks that concern pickles, checkpoints, arrays, archives and safetensors;
`ADVISORIES` what scanners and libraries published; `SHOWN_AS` further references, each with the row that shows it;
`ELSEWHERE` what no exhibit can show, with the reason. A test holds this list and the exhibits together.
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
    "WGT-04",
)

PICKLESCAN = (
    "picklescan#14 picklescan#21 picklescan#22 picklescan#33 picklescan#35 picklescan#39 picklescan#46 picklescan#52 picklescan#66 "
    "CVE-2025-1716 CVE-2025-1889 CVE-2025-1944 CVE-2025-1945 CVE-2025-10155 CVE-2025-10156 CVE-2025-10157 CVE-2025-71325 "
    "CVE-2025-71321 CVE-2025-71322 CVE-2025-71340 CVE-2025-71342 CVE-2025-71344 CVE-2025-71347 CVE-2025-71352 CVE-2025-71354 "
    "CVE-2025-71355 CVE-2025-71357 CVE-2025-71361 CVE-2025-71365 CVE-2025-71372 CVE-2025-71378 CVE-2026-53872 CVE-2026-53874 "
    "CVE-2026-53875 CVE-2026-56315 CVE-2026-56319 "
    "GHSA-3329-ghmp-jmv5 GHSA-3gf5-cxq9-w223 GHSA-3vg9-h568-4w9m GHSA-4675-36f9-wf6r GHSA-46h3-79wf-xr6c GHSA-49gj-c84q-6qm9 "
    "GHSA-4r9r-ch6f-vxmx GHSA-4whj-rm5r-c2v8 GHSA-5qwp-399c-mjwf GHSA-6vqj-c2q5-j97w GHSA-6w4w-5w54-rjvr GHSA-7cq8-mj8x-j263 "
    "GHSA-7wx9-6375-f5wh GHSA-84r2-jw7c-4r5q GHSA-86cj-95qr-2p4f GHSA-8r4j-24qv-fmq9 GHSA-955r-x9j8-7rhh GHSA-9726-w42j-3qjr "
    "GHSA-97f8-7cmv-76j2 GHSA-9gvj-pp9x-gcfr GHSA-9m3x-qqw2-h32h GHSA-9w88-8rmg-7g2p GHSA-9xph-j2h6-g47v GHSA-cffc-mxrf-mhh4 "
    "GHSA-cj3c-v495-4xqh GHSA-f4x7-rfwp-v3xw GHSA-f54q-57x4-jg88 GHSA-f745-w6jp-hpxx GHSA-f7qq-56ww-84cr GHSA-fj43-3qmq-673f "
    "GHSA-fqq6-7vqf-w3fg GHSA-g344-hcph-8vgg GHSA-g38g-8gr9-h9xp GHSA-h3qp-7fh3-f8h4 GHSA-hgrh-qx5j-jfwx GHSA-j343-8v2j-ff7w "
    "GHSA-jgw4-cr84-mqxg GHSA-jhph-76pp-mggw GHSA-m273-6v24-x4m4 GHSA-m7j5-r2p5-c39r GHSA-m869-42cg-3xwr GHSA-p9w7-82w4-7q8m "
    "GHSA-q77w-mwjj-7mqx GHSA-r8g5-cgf2-4m4m GHSA-rrxm-2pvv-m66x GHSA-vqmv-47xg-9wpr GHSA-vr7h-p6mm-wpmh GHSA-vv6j-3g6g-2pvj "
    "GHSA-vvpj-8cmc-gx39 GHSA-x696-vm39-cp64 GHSA-xp4f-hrf8-rxw7"
).split()

MODELSCAN = (
    "modelscan#85 modelscan#89 modelscan#330 modelscan#331 modelscan#338 modelscan#343 modelscan#348 modelscan#354 modelscan#356 "
    "modelscan#357 modelscan#358 modelscan#367"
).split()

FICKLING = (
    "fickling#108 fickling#111 fickling#249 fickling#302 "
    "GHSA-565g-hwwr-4pp3 CVE-2025-67747 GHSA-r7v6-mfhq-g3m2 CVE-2025-67748 GHSA-wfq2-52f7-7qvj CVE-2026-22606 GHSA-p523-jq9w-64x9 "
    "CVE-2026-22607 GHSA-5hvc-6wx8-mvv4 CVE-2026-22608 GHSA-q5qq-mvfm-j35x CVE-2026-22609 GHSA-h4rm-mm56-xf63 CVE-2026-22612 "
    "GHSA-mxhj-88fx-4pcv GHSA-mhc9-48gj-9gp3 GHSA-5hwf-rc88-82xm GHSA-r48f-3986-4f9c GHSA-5cxw-w2xg-2m8h GHSA-m6fh-58r7-x697 "
    "CVE-2026-14534 GHSA-pc6j-px3p-rrj4 GHSA-wccx-j62j-r448 GHSA-fphw-536r-4p88 GHSA-cffv-grgg-g429 CVE-2026-14535 "
    "GHSA-5j3x-jp52-966f GHSA-6ggj-6f2q-f7mx"
).split()

MODELAUDIT = (
    "modelaudit#153 modelaudit#488 modelaudit#518 modelaudit#605 modelaudit#623 modelaudit#624 modelaudit#625 modelaudit#626 "
    "modelaudit#629 modelaudit#630 modelaudit#631 modelaudit#632 modelaudit#1042 modelaudit#1061 modelaudit#1064 modelaudit#1247 "
    "modelaudit#1594 promptfoo#6266"
).split()

LIBRARIES = (
    "CVE-2025-32434 GHSA-53q9-r3pm-6pq6 CVE-2026-24747 GHSA-63cw-57p8-fm3p CVE-2025-62164 CVE-2026-56340 CVE-2026-73557 "
    "CVE-2026-31221 CVE-2026-37572 CVE-2026-1839 CVE-2019-6446 CVE-2024-34997 CPython#123309 CPython#126992"
).split()

ADVISORIES = (*PICKLESCAN, *MODELSCAN, *FICKLING, *MODELAUDIT, *LIBRARIES)

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
    "CVE-2024-48063": "GAD-09",
    "CVE-2024-5480": "GAD-09",
    "CVE-2025-12060": "SCN-16",
    "CVE-2025-23249": "TOR-19",
    "CVE-2025-23360": "TOR-20",
    "CVE-2026-22584": "SAF-08",
    "CVE-2026-3490": "GAD-05",
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
_RUN_TIME = "run time: "
_HERE = "shown by a test of its own: "

ELSEWHERE: dict[str, str] = {
    "PKL-37": _REPOSITORY + "a module beside the model shadows a vetted name; a file alone cannot show it",
    "PKL-39": _RUN_TIME + "loaders that a guard does not hook; there is no file",
    "SCN-04": _HERE + "test_directory_rows.py",
    "SCN-21": _RUN_TIME + "a dependency drifts; the base install has none",
    "SCN-22": _RUN_TIME + "reputation lowers a finding; there is no reputation here",
    "SCN-23": _RUN_TIME + "another revision is loaded than was scanned; digests and locks answer that",
    "SCN-25": _HERE + "test_directory_rows.py",
    "SCN-27": _FORMAT + "YAML",
    "SCN-29": _FORMAT + "CoreML",
    "SCN-30": _RUN_TIME + "attacks on libraries that parse; the import contract keeps them out",
    "TOR-05": _FORMAT + "TorchScript source",
    "TOR-06": _FORMAT + "TorchScript source",
    "TOR-11": _FORMAT + "ExecuTorch",
    "TOR-15": _FORMAT + "tensorizer",
    "TOR-17": _FORMAT + "NeMo configuration",
    "TOR-18": _FORMAT + "NeMo configuration",
    "TOR-21": _FORMAT + "Python source",
    "SAF-06": _REPOSITORY + "a changed type shows only against the configuration or another copy",
    "SAF-09": _REPOSITORY + "the index beside the weights",
    "SAF-11": _RUN_TIME + "weights swapped by a conversion; provenance answers that",
    **{f"OTH-{number:02}": _FORMAT + "neither pickle nor array" for number in range(8, 34) if number not in {14, 18, 28, 32}},
    **dict.fromkeys(("modelscan#343", "modelscan#357", "modelscan#358", "modelscan#367"), _PRIVATE),
    "GHSA-wccx-j62j-r448": _RUN_TIME + "entry points of the loader that a hook misses",
    "GHSA-fphw-536r-4p88": _RUN_TIME + "entry points of the loader that a hook misses",
    **{f"modelaudit#{number}": _FORMAT + "MXNet, CNTK, Torch7, RKNN" for number in (629, 630, 631, 632)},
    **{f"survey {sample}": _FORMAT + why for sample, why in LEFT_OUT.items()},
}
