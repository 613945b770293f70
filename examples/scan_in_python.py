"""Weigh models from Python: print the verdict of every file and why, and exit as the command would."""

import sys

import weighbridge

report = weighbridge.scan(*sys.argv[1:])
for target in report.artifacts:
    for file in target.files:
        print(f"{file.verdict():12} {file.path}")
        for finding in file.findings:
            print(f"             {finding.rule} {finding.message}")
        for gap in file.gaps:
            print(f"             not judged: {gap.reason}")
sys.exit(report.verdict() is not weighbridge.Verdict.CLEAN)
