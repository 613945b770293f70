"""The words of OpenVEX and of CycloneDX for one and the same thing.

Sources: OpenVEX 0.2.0 (https://github.com/openvex/spec), CycloneDX 1.6 and 1.7, ``analysis`` of a vulnerability. The
justifications of the two do not map one to one: on the way in, the one that says least too much is taken.
"""

from __future__ import annotations

from weighbridge.inventory.advisories.exposure import Standing

OPENVEX = {
    "affected": Standing.AFFECTED, "not_affected": Standing.NOT_AFFECTED, "fixed": Standing.FIXED,
    "under_investigation": Standing.UNDER_INVESTIGATION,
}  # fmt: skip
CYCLONEDX = {
    "exploitable": Standing.AFFECTED, "in_triage": Standing.UNDER_INVESTIGATION, "resolved": Standing.FIXED,
    "resolved_with_pedigree": Standing.FIXED, "not_affected": Standing.NOT_AFFECTED,
    "false_positive": Standing.NOT_AFFECTED,
}  # fmt: skip
STATES = {
    Standing.AFFECTED: "exploitable", Standing.POSSIBLY_AFFECTED: "in_triage",
    Standing.UNDER_INVESTIGATION: "in_triage", Standing.NOTED: "in_triage", Standing.FIXED: "resolved",
    Standing.NOT_AFFECTED: "not_affected",
}  # fmt: skip
STATUSES = {
    Standing.AFFECTED: "affected", Standing.POSSIBLY_AFFECTED: "under_investigation",
    Standing.UNDER_INVESTIGATION: "under_investigation", Standing.NOTED: "under_investigation",
    Standing.FIXED: "fixed", Standing.NOT_AFFECTED: "not_affected",
}  # fmt: skip
JUSTIFICATIONS = frozenset({
    "component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist",
})  # fmt: skip
FROM_CYCLONEDX = {
    "code_not_present": "vulnerable_code_not_present",
    "code_not_reachable": "vulnerable_code_not_in_execute_path",
    "requires_configuration": "vulnerable_code_not_in_execute_path",
    "requires_dependency": "component_not_present",
    "requires_environment": "vulnerable_code_cannot_be_controlled_by_adversary",
    "protected_by_compiler": "inline_mitigations_already_exist",
    "protected_at_runtime": "inline_mitigations_already_exist",
    "protected_at_perimeter": "inline_mitigations_already_exist",
    "protected_by_mitigating_control": "inline_mitigations_already_exist",
}
TO_CYCLONEDX = {
    "component_not_present": "code_not_present", "vulnerable_code_not_present": "code_not_present",
    "vulnerable_code_not_in_execute_path": "code_not_reachable",
    "vulnerable_code_cannot_be_controlled_by_adversary": "code_not_reachable",
    "inline_mitigations_already_exist": "protected_by_mitigating_control",
}  # fmt: skip
