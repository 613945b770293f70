"""The ids under which bypasses of scanners, and holes of the libraries that load these files, were published."""

from __future__ import annotations

PICKLESCAN: tuple[str, ...] = (
    "picklescan#14", "picklescan#21", "picklescan#22", "picklescan#33", "picklescan#35", "picklescan#39",
    "picklescan#46", "picklescan#52", "picklescan#66", "CVE-2025-1716", "CVE-2025-1889", "CVE-2025-1944",
    "CVE-2025-1945", "CVE-2025-10155", "CVE-2025-10156", "CVE-2025-10157", "CVE-2025-71325", "CVE-2025-71321",
    "CVE-2025-71322", "CVE-2025-71340", "CVE-2025-71342", "CVE-2025-71344", "CVE-2025-71347", "CVE-2025-71352",
    "CVE-2025-71354", "CVE-2025-71355", "CVE-2025-71357", "CVE-2025-71361", "CVE-2025-71365", "CVE-2025-71372",
    "CVE-2025-71378", "CVE-2026-53872", "CVE-2026-53874", "CVE-2026-53875", "CVE-2026-56315", "CVE-2026-56319",
    "GHSA-3329-ghmp-jmv5", "GHSA-3gf5-cxq9-w223", "GHSA-3vg9-h568-4w9m", "GHSA-4675-36f9-wf6r",
    "GHSA-46h3-79wf-xr6c", "GHSA-49gj-c84q-6qm9", "GHSA-4r9r-ch6f-vxmx", "GHSA-4whj-rm5r-c2v8",
    "GHSA-5qwp-399c-mjwf", "GHSA-6vqj-c2q5-j97w", "GHSA-6w4w-5w54-rjvr", "GHSA-7cq8-mj8x-j263",
    "GHSA-7wx9-6375-f5wh", "GHSA-84r2-jw7c-4r5q", "GHSA-86cj-95qr-2p4f", "GHSA-8r4j-24qv-fmq9",
    "GHSA-955r-x9j8-7rhh", "GHSA-9726-w42j-3qjr", "GHSA-97f8-7cmv-76j2", "GHSA-9gvj-pp9x-gcfr",
    "GHSA-9m3x-qqw2-h32h", "GHSA-9w88-8rmg-7g2p", "GHSA-9xph-j2h6-g47v", "GHSA-cffc-mxrf-mhh4",
    "GHSA-cj3c-v495-4xqh", "GHSA-f4x7-rfwp-v3xw", "GHSA-f54q-57x4-jg88", "GHSA-f745-w6jp-hpxx",
    "GHSA-f7qq-56ww-84cr", "GHSA-fj43-3qmq-673f", "GHSA-fqq6-7vqf-w3fg", "GHSA-g344-hcph-8vgg",
    "GHSA-g38g-8gr9-h9xp", "GHSA-h3qp-7fh3-f8h4", "GHSA-hgrh-qx5j-jfwx", "GHSA-j343-8v2j-ff7w",
    "GHSA-jgw4-cr84-mqxg", "GHSA-jhph-76pp-mggw", "GHSA-m273-6v24-x4m4", "GHSA-m7j5-r2p5-c39r",
    "GHSA-m869-42cg-3xwr", "GHSA-p9w7-82w4-7q8m", "GHSA-q77w-mwjj-7mqx", "GHSA-r8g5-cgf2-4m4m",
    "GHSA-rrxm-2pvv-m66x", "GHSA-vqmv-47xg-9wpr", "GHSA-vr7h-p6mm-wpmh", "GHSA-vv6j-3g6g-2pvj",
    "GHSA-vvpj-8cmc-gx39", "GHSA-x696-vm39-cp64", "GHSA-xp4f-hrf8-rxw7",
)  # fmt: skip

MODELSCAN: tuple[str, ...] = (
    "modelscan#85", "modelscan#89", "modelscan#330", "modelscan#331", "modelscan#338", "modelscan#343",
    "modelscan#348", "modelscan#354", "modelscan#356", "modelscan#357", "modelscan#358", "modelscan#367",
)  # fmt: skip

FICKLING: tuple[str, ...] = (
    "fickling#108", "fickling#111", "fickling#249", "fickling#302", "GHSA-565g-hwwr-4pp3", "CVE-2025-67747",
    "GHSA-r7v6-mfhq-g3m2", "CVE-2025-67748", "GHSA-wfq2-52f7-7qvj", "CVE-2026-22606", "GHSA-p523-jq9w-64x9",
    "CVE-2026-22607", "GHSA-5hvc-6wx8-mvv4", "CVE-2026-22608", "GHSA-q5qq-mvfm-j35x", "CVE-2026-22609",
    "GHSA-h4rm-mm56-xf63", "CVE-2026-22612", "GHSA-mxhj-88fx-4pcv", "GHSA-mhc9-48gj-9gp3",
    "GHSA-5hwf-rc88-82xm", "GHSA-r48f-3986-4f9c", "GHSA-5cxw-w2xg-2m8h", "GHSA-m6fh-58r7-x697",
    "CVE-2026-14534", "GHSA-pc6j-px3p-rrj4", "GHSA-wccx-j62j-r448", "GHSA-fphw-536r-4p88",
    "GHSA-cffv-grgg-g429", "CVE-2026-14535", "GHSA-5j3x-jp52-966f", "GHSA-6ggj-6f2q-f7mx",
)  # fmt: skip

MODELAUDIT: tuple[str, ...] = (
    "modelaudit#153", "modelaudit#488", "modelaudit#518", "modelaudit#605", "modelaudit#623", "modelaudit#624",
    "modelaudit#625", "modelaudit#626", "modelaudit#629", "modelaudit#630", "modelaudit#631", "modelaudit#632",
    "modelaudit#1042", "modelaudit#1061", "modelaudit#1064", "modelaudit#1247", "modelaudit#1594",
    "promptfoo#6266",
)  # fmt: skip

LIBRARIES: tuple[str, ...] = (
    "CVE-2025-32434", "GHSA-53q9-r3pm-6pq6", "CVE-2026-24747", "GHSA-63cw-57p8-fm3p", "CVE-2025-62164",
    "CVE-2026-56340", "CVE-2026-73557", "CVE-2026-31221", "CVE-2026-37572", "CVE-2026-1839", "CVE-2019-6446",
    "CVE-2024-34997", "CPython#123309", "CPython#126992",
)  # fmt: skip

KERAS: tuple[str, ...] = (
    "CVE-2024-3660", "CVE-2024-55459", "CVE-2025-1550", "CVE-2025-8747", "CVE-2025-9905", "CVE-2025-9906",
    "CVE-2025-12058", "CVE-2025-49655", "CVE-2026-1462", "CVE-2026-1669", "GHSA-hqp4-2352-xf5r", "GHSA-xfhx-r7ww-5995",
)  # fmt: skip

ADVISORIES = (*PICKLESCAN, *MODELSCAN, *FICKLING, *MODELAUDIT, *LIBRARIES, *KERAS)
