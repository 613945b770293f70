"""The public catalogues that rules are mapped to, with the address where each entry is explained."""

from __future__ import annotations

from weighbridge.core.finding import RuleInfo

OWASP_PAGES = {
    "LLM": "https://genai.owasp.org/llm-top-10/",
    "ML": "https://owasp.org/www-project-machine-learning-security-top-10/",
}


def links(info: RuleInfo) -> tuple[tuple[str, str], ...]:
    """Pair the CWE, MITRE ATLAS and OWASP ids of a rule with an address, empty where a list has no page of its own."""
    found = [(f"CWE-{number}", f"https://cwe.mitre.org/data/definitions/{number}.html") for number in info.cwe]
    found += [(f"MITRE ATLAS {name}", f"https://atlas.mitre.org/techniques/{name}") for name in info.atlas]
    found += [(f"OWASP {name}", OWASP_PAGES.get(name.rstrip("0123456789:"), "")) for name in info.owasp]
    return tuple(found)
