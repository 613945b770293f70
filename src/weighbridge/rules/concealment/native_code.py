"""Executables and scripts where weights should be."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import NativeCode
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="HID208",
    slug="native-code",
    title="An executable program lies among the weights",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.CONCEALMENT,
    finds=(
        "A file, a member of an archive or the bytes of a tensor begin with a consistent header of an ELF, PE or "
        "Mach-O program or library, of a WebAssembly module, or with the first line of a script."
    ),
    why=(
        "A program does nothing by lying there, but it is ready for the first piece of code that unpacks and starts "
        "it. Inside a tensor it has no honest purpose; beside a model it may be a compiled kernel."
    ),
    fix="Ask the publisher why a program travels with the model; remove it, or accept it only when it is signed.",
    cwe=(506, 829),
    atlas=("AML.T0010.003", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=(
        "https://refspecs.linuxfoundation.org/elf/elf.pdf",
        "https://learn.microsoft.com/en-us/windows/win32/debug/pe-format",
    ),
    since="0.1",
    positive="safetensors_files:stowaway",
    negative="safetensors_files:honest",
)


def match(fact: NativeCode, _words: Vocabulary) -> Iterator[Match]:
    """Find programs; one inside another file is worse than one that is a file of its own."""
    inside = bool(fact.at.member)
    message = f"{fact.format} code inside another file ({fact.where})" if inside else f"the file is {fact.format} code"
    if fact.format == "script" and not inside:
        yield Match(message=message, fact=fact, severity=Severity.LOW, confidence=Confidence.MEDIUM)
    elif fact.format == "script":
        yield Match(message=message, fact=fact, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM)
    elif fact.format == "WebAssembly" or not inside:
        yield Match(message=message, fact=fact, severity=Severity.MEDIUM)
    else:
        yield Match(message=message, fact=fact)
