"""What a name means on its hub: which repository, which revision, which file, and how firmly that is pinned."""

from __future__ import annotations

import re

from weighbridge.core.refs import is_commit, is_sha256
from weighbridge.core.values import replace, value
from weighbridge.inventory.application.references import Kind, Pin
from weighbridge.inventory.application.vocabulary import hosted, local
from weighbridge.inventory.application.vocabulary.names import (
    FASTEMBED,
    FASTER_WHISPER,
    HUB_HOSTS,
    LEGACY,
    LEGACY_DATASETS,
    NOT_OWNERS,
    WEIGHTS,
)
from weighbridge.inventory.software.servers import image_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = re.compile(r"[A-Za-z0-9][\w.\-]{0,95}")
_ADDRESS = re.compile(
    r"(?:https?://)?(?:" + "|".join(map(re.escape, HUB_HOSTS)) + r")/(?P<kind>datasets/|spaces/)?"
    r"(?P<name>[A-Za-z0-9][\w.\-]*/[A-Za-z0-9][\w.\-]*?)(?:\.git)?"
    r"(?:/(?:resolve|blob|raw|tree)/(?P<revision>[^/?#\s]+)(?:/(?P<path>[^?#\s]+))?)?/?(?:[?#]\S*)?"
)
_NOT_REPOSITORIES = frozenset({
    "docs", "blog", "api", "papers", "settings", "collections", "organizations", "learn", "tasks", "models", "join",
    "login", "new", "chat", "front", "posts", "pricing", "enterprise", "inference-api", "inference-endpoints", "course",
    "welcome", "support", "spaces", "datasets", "static", "assets", "avatars", "kernels", "buckets", "storage",
    "changelog", "terms-of-service", "privacy", "landing", "metrics", "notifications", "endpoints", "hub", "tokens",
})  # fmt: skip
_VERSION = re.compile(r"v?\d+(?:\.\d+)+[\w.\-]*|v\d+")
_DATED = re.compile(
    r"-\d{4}-\d{2}-\d{2}$|[-@]\d{8}(?:-v\d+(?::\d+)?)?$|-\d{4}$|@\d{3,8}$|-v\d+:\d+$|-\d{3}$|-\d{2}-\d{4}$"
)
_LITELLM = {
    "openai": "openai", "azure": "azure", "azure_ai": "azure", "anthropic": "anthropic", "gemini": "google",
    "vertex_ai": "vertex", "bedrock": "bedrock", "groq": "groq", "mistral": "mistral", "cohere": "cohere",
    "together_ai": "together", "deepseek": "deepseek", "openrouter": "openrouter", "replicate": "replicate",
    "huggingface": "hf-inference", "fireworks_ai": "fireworks", "perplexity": "perplexity", "xai": "xai",
    "google_genai": "google", "google_vertexai": "vertex", "google-gla": "google", "google-vertex": "vertex",
    "mistralai": "mistral", "bedrock_converse": "bedrock", "azure_openai": "azure", "together": "together",
    "fireworks": "fireworks", "google": "google", "voyage": "voyage", "cerebras": "cerebras", "nvidia_nim": "nvidia",
    "watsonx": "watsonx", "sagemaker": "sagemaker", "databricks": "databricks", "github": "github-models",
    "google_anthropic_vertex": "vertex", "sambanova": "sambanova", "text-completion-openai": "openai",
}  # fmt: skip
"""Prefixes of providers. Sources: litellm 1.80, ``init_chat_model`` of langchain 1.0, pydantic-ai 1.20."""
PROVIDERS = frozenset(_LITELLM)
_ROUTES = frozenset({
    "azure", "azure_ai", "anthropic", "gemini", "vertex_ai", "bedrock", "groq", "together_ai", "openrouter",
    "fireworks_ai", "perplexity", "xai",
})  # fmt: skip
"""Prefixes that are no owners of models on the Hub."""
_SELF_HOSTED = {"ollama": "ollama", "ollama_chat": "ollama", "hosted_vllm": "hf", "vllm": "hf", "lm_studio": "hf"}


@value
class Meaning:
    """What a name stands for."""

    kind: Kind
    hub: str
    name: str
    revision: str = ""
    path: str = ""
    pin: Pin = Pin.NONE


def is_id(text: str) -> bool:
    """Tell whether a text has the shape of ``owner/name`` on the Hub."""
    owner, slash, name = text.partition("/")
    return bool(slash) and all(_NAME.fullmatch(part) and ".." not in part for part in (owner, name))


def is_surely_id(text: str) -> bool:
    """Tell whether a text is ``owner/name`` and hardly anything else, for where only a key says that it is a model."""
    owner, _, name = text.partition("/")
    return (
        is_id(text) and owner.lower() not in NOT_OWNERS and not name.lower().endswith((*WEIGHTS, *_FILES))
        and len(owner) > 1 and len(name) > 2
    )  # fmt: skip


_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".md", ".html", ".mp4", ".wav", ".mp3", ".flac", ".pdf")
"""Files of the Hub that a page or a demonstration shows; they are no parts of a model."""
_FILES = (".json", ".yaml", ".yml", ".txt", ".md", ".py", ".csv", ".toml", ".html", ".png", ".jpg", ".js", ".ts")


def provider_of(text: str) -> str:
    """Name the provider whose hosted models alone are called so; empty for none."""
    lower = text.lower()
    return next((provider for start, provider in hosted.PREFIXES.items() if lower.startswith(start)), "")


def is_routed(text: str) -> bool:
    """Tell whether a text is ``provider/model`` of a hosted model and no repository of an owner of that name."""
    start, slash, name = text.partition("/")
    if not slash or start not in PROVIDERS or "gpt-oss" in name or "gpt2" in name:
        return False
    return start in _ROUTES or bool(provider_of(name))


def host_of(address: str) -> str:
    """Give the host of an address."""
    return address.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0].lower()


def address(text: str) -> Meaning | None:
    """Read an address of the Hub: ``https://huggingface.co/…`` or ``hf://…``."""
    if text.startswith("hf://"):
        match = re.fullmatch(
            r"hf://(?P<kind>datasets/|spaces/)?(?P<name>[\w.\-]+/[\w.\-]+)(?:@(?P<revision>[^/\s]+))?(?:/(?P<path>\S*))?",
            text,
        )
    else:
        match = _ADDRESS.fullmatch(text)
    if match is None or match["name"].partition("/")[0] in _NOT_REPOSITORIES:
        return None
    kind = {"datasets/": Kind.DATASET, "spaces/": Kind.SPACE}.get(match["kind"] or "", Kind.MODEL)
    revision = (match["revision"] or "").replace("%2F", "/")
    return Meaning(
        kind=kind, hub="hf", name=match["name"], revision=revision, path=match["path"] or "", pin=pin_of(revision)
    )  # fmt: skip


def addresses_in(text: str) -> list[tuple[int, int]]:
    """Find addresses of the Hub in a text, as spans of characters."""
    found = []
    for match in re.finditer(r"(?:https?://[\w.\-]+/|hf://)[^\s\"'<>()\[\]{},;`|]+", text):
        end = match.end()
        while text[end - 1] in ".:":
            end -= 1
        found.append((match.start(), end))
    return found


def is_download(text: str) -> bool:
    """Tell whether an address is that of a file, not of a page about a repository."""
    return text.startswith("hf://") or "/resolve/" in text or "/raw/" in text


def pin_of(revision: str) -> Pin:
    """Say what a revision of a repository is, as far as its text tells."""
    if not revision:
        return Pin.NONE
    if is_commit(revision.lower()):
        return Pin.COMMIT
    if revision in {"main", "master", "dev", "develop", "latest"} or revision.startswith(("refs/pr/", "refs/heads/")):
        return Pin.BRANCH
    return Pin.TAG if _VERSION.fullmatch(revision) or revision.startswith("refs/tags/") else Pin.UNKNOWN


def is_path(text: str) -> bool:
    """Tell whether a text can only be a path of this machine."""
    return (
        text.startswith(("/", "./", "../", "~", "\\", "file:")) or text in {".", ".."} or text[1:3] == ":\\"
        or "\\" in text or text.endswith("/")
    )  # fmt: skip


def meaning(
    text: str, *, kind: Kind, hub: str, prefix: str, revision: str, detail: str, type_: str, endpoint: str,
    local_here: Callable[[str], bool], direct: bool = True,
) -> Meaning | None:  # fmt: skip
    """Say what a name means where a loader takes it; None for what is no name of a model.

    ``local_here`` tells whether a path exists in the project. What does not come to the loader ``direct`` may be for
    another loader that the same function leads to: a name that only may be a folder, or has no provider where one is
    needed, is none then.
    """
    text = text.strip()
    if not text or not text.isprintable() or len(text) > 500 or "\n" in text:
        return None
    found = address(text)
    if found is not None and found.path.lower().endswith(_PICTURES):
        return None
    if not direct and not _is_certain(text, "prefixed" if prefix else hub, local_here):
        return None
    if found is not None:
        return replace(found, kind=kind if kind in {Kind.ADAPTER, Kind.TOKENIZER} else found.kind)
    match hub:
        case "litellm" | "colon":
            return _prefixed(text, ":" if hub == "colon" else "/", type_)
        case "file":
            # What a loader of files gets through parameters may be a name of the Hub that was downloaded on the way.
            hubs = (is_id(text) or _is_legacy(text)) and not text.lower().endswith(WEIGHTS)
            return None if hubs and not local_here(text) else _file(text)
        case "mlflow":
            return _mlflow(text)
        case "clone":
            return None  # only addresses of the Hub are models for certain
        case "llama.cpp":
            name, _, quantised = text.partition(":")
            return Meaning(kind=kind, hub="hf", name=name, path=quantised) if is_id(name) else None
        case "lora":
            _, _, name = text.partition("=")
            return _repository(name or text, kind, "hf", "", revision, local_here)
        case "lm_eval":
            words = dict(word.partition("=")[::2] for word in text.split(","))
            name = words.get("pretrained") or words.get("model") or ""
            return _repository(name, kind, "hf", "", words.get("revision", ""), local_here) if name else None
        case "oci":
            return _image(text)
        case "image":
            return _server(text)
        case "agent":
            return _agent(text)
        case "ollama":
            return _ollama(text)
        case "github":
            return _github(text, detail) if type_ != "local" else _file(text)
        case "timm" | "open_clip" if text.startswith(("hf-hub:", "hf_hub:")):
            return _hub(text[7:], kind, "", revision)
        case "open_clip":
            return Meaning(kind=kind, hub=hub, name=text, revision=detail, pin=Pin.TAG if detail else Pin.NONE)
        case "fastembed":
            return _repository(FASTEMBED.get(text.lower(), text), kind, "hf", "", revision, local_here)
        case "flair" if is_id(
            text.partition("@")[0]
        ):  # flair 0.15, ``file_utils.hf_download``: owner/name, perhaps with @revision
            return _repository(text, kind, "hf", "", revision, local_here)
        case "hf" | "modelscope" | "local":
            if type_ in {"dataset", "space"}:
                kind = Kind.DATASET if type_ == "dataset" else Kind.SPACE
            return _repository(text, kind, hub, prefix, revision, local_here)
        case "replicate":
            name, _, version = text.partition(":")
            pin = Pin.DIGEST if is_sha256(version) else Pin.UNKNOWN if version else Pin.NONE
            return Meaning(kind=kind, hub=hub, name=name, revision=version, pin=pin) if is_id(name) else None
        case "url":
            return Meaning(kind=kind, hub=hub, name=text) if "://" in text else _file(text)
    if kind is Kind.SERVICE:
        return _service(text, hub, endpoint)
    if is_path(text) or local_here(text):
        return _file(text)
    return Meaning(kind=kind, hub=hub, name=text, revision=revision, pin=pin_of(revision))


def _is_certain(text: str, hub: str, local_here: Callable[[str], bool]) -> bool:
    """Tell whether a name that came by a detour is certainly one for the loader that it came to."""
    if "://" in text or is_path(text) or local_here(text):
        return True
    if hub == "file" or text.lower().endswith(WEIGHTS):
        return hub != "file" or "/" not in text
    match hub:
        case "litellm" | "colon":
            start = text.partition("/")[0].partition(":")[0]
            return bool(provider_of(text)) or is_routed(text) or (start != text and start in {*_LITELLM, *_SELF_HOSTED})
        case "hf" | "modelscope" | "hf-inference" | "fastembed":
            return (is_id(text) or _is_legacy(text) or text in LEGACY_DATASETS) and not is_routed(text)
        case "prefixed":
            return not provider_of(text) and not is_routed(text)
    return True


def _file(text: str) -> Meaning | None:
    if "://" in text and not text.startswith("file:"):
        scheme = text.partition("://")[0]
        return Meaning(kind=Kind.MODEL, hub="url" if scheme in {"http", "https"} else scheme, name=text)
    return Meaning(kind=Kind.FILE, hub="file", name=text)


def _repository(  # noqa: PLR0917
    text: str, kind: Kind, hub: str, prefix: str, revision: str, local_here: Callable[[str], bool]
) -> Meaning | None:
    """Read a name that a loader of the Hub takes."""
    if hub == "local":  # llama-index: local:owner/name
        start, colon, rest = text.partition(":")
        return _hub(rest, kind, "", revision) if colon and start == "local" else None
    if "://" in text:
        return _file(text)
    text = text.removeprefix("huggingface:")
    if "@" in text and not revision:
        text, _, revision = text.partition("@")
    if is_path(text) or text.count("/") > 1 or local_here(text) or text.lower().endswith(WEIGHTS):
        return _file(text)
    if kind is Kind.DATASET and text in local.BUILDERS:
        return None
    found = _hub(text, kind, prefix, revision)
    return replace(found, hub=hub) if found is not None and hub != "hf" else found


def _hub(text: str, kind: Kind, prefix: str, revision: str) -> Meaning | None:
    name = text
    if "/" not in text:
        if not _NAME.fullmatch(text):
            return None
        if prefix == "Systran/faster-whisper-":
            if text not in FASTER_WHISPER:
                return _file(text)
            name = FASTER_WHISPER[text]
        elif prefix and not _is_legacy(text):
            name = prefix + text
        elif kind is Kind.DATASET:
            if text not in LEGACY_DATASETS:
                return _file(text)
        elif not _is_legacy(text):
            return _file(text)
    elif not is_id(text):
        return None
    return Meaning(kind=kind, hub="hf", name=name, revision=revision, pin=pin_of(revision))


def _is_legacy(text: str) -> bool:
    return any(text == one or (one.endswith("-") and text.startswith(one)) for one in LEGACY)


def _ollama(text: str) -> Meaning | None:
    for host in ("hf.co/", "huggingface.co/"):
        if text.startswith(host):
            name, _, tag = text.removeprefix(host).partition(":")
            return Meaning(kind=Kind.MODEL, hub="hf", name=name, path=tag) if is_id(name) else None
    name, colon, tag = text.partition(":")
    if is_path(text) or not re.fullmatch(r"[A-Za-z0-9][\w.\-/]*", name):
        return _file(text) if is_path(text) else None
    pin = Pin.TAG if colon and tag != "latest" else Pin.BRANCH if colon else Pin.NONE
    return Meaning(kind=Kind.MODEL, hub="ollama", name=name, revision=tag, pin=pin)


def _agent(text: str) -> Meaning | None:
    """Read the model of an agent: an alias of the product, or a name with its provider."""
    if text in {"sonnet", "opus", "haiku"}:
        return Meaning(kind=Kind.SERVICE, hub="anthropic", name=text)
    return _prefixed(text, "/", "") if text != "inherit" and "{" not in text else None


def _image(text: str) -> Meaning | None:
    """Read the name of a model in a registry of images."""
    if text.startswith(("hf.co/", "huggingface.co/")):
        return _ollama(text)
    name, at, digest = text.partition("@")
    head, colon, tag = name.rpartition(":")
    if at:
        return Meaning(kind=Kind.MODEL, hub="oci", name=name, revision=digest, pin=Pin.DIGEST)
    if not colon or "/" in tag:
        head, tag = name, ""
    if not re.fullmatch(r"[a-z0-9][\w.\-/:]*", head) or "/" not in head:
        return None
    pin = Pin.TAG if tag and tag != "latest" else Pin.BRANCH if tag else Pin.NONE
    return Meaning(kind=Kind.MODEL, hub="oci", name=head, revision=tag, pin=pin)


def _server(text: str) -> Meaning | None:
    """Read the name of an image; one that holds no known server of models is nothing here."""
    found = image_of(text)
    if found is None or not found.program:
        return None
    fixed = Pin.DIGEST if found.digest else Pin.TAG if found.release else Pin.BRANCH if found.tag else Pin.NONE
    return Meaning(kind=Kind.SERVER, hub="image", name=found.name, revision=found.tag, path=found.digest, pin=fixed)


def _github(text: str, detail: str) -> Meaning | None:
    name, _, revision = text.partition(":")
    return (
        Meaning(kind=Kind.MODEL, hub="github", name=name, revision=revision, path=detail, pin=pin_of(revision))
        if is_id(name) else _file(text)
    )  # fmt: skip


def _mlflow(text: str) -> Meaning | None:
    if text.startswith("models:/"):
        rest = text.removeprefix("models:/").lstrip("/")
        name, at, alias = rest.partition("@")
        if at:
            return Meaning(kind=Kind.MODEL, hub="mlflow", name=name, revision=alias, pin=Pin.BRANCH)
        name, _, version = rest.partition("/")
        pin = Pin.TAG if version.isdecimal() else Pin.BRANCH if version else Pin.NONE
        return Meaning(kind=Kind.MODEL, hub="mlflow", name=name, revision=version, pin=pin)
    if text.startswith("runs:/"):
        run, _, path = text.removeprefix("runs:/").partition("/")
        return Meaning(kind=Kind.MODEL, hub="mlflow", name=f"runs:/{run}", path=path, pin=Pin.TAG)
    return _file(text)


def _prefixed(text: str, sign: str, provider: str) -> Meaning | None:
    """Read ``provider/model`` or ``provider:model``."""
    start, found, name = text.partition(sign)
    if sign == ":" and not found:
        start, found, name = text.partition("/")
        start = start if start in _LITELLM else ""
    if provider in _LITELLM or provider in _SELF_HOSTED:
        start, name = provider, text
    elif start in {"ollama", "ollama_chat"} or (found and start in _SELF_HOSTED):
        pass
    elif not found or start not in _LITELLM:
        known = provider_of(text)
        if known or not is_id(text):
            return _service(text, known or "litellm", "") if known or not found else None
        return _service(text, "litellm", "")
    if start in _SELF_HOSTED:
        return _ollama(name) if _SELF_HOSTED[start] == "ollama" else _hub(name, Kind.MODEL, "", "")
    return _service(name, _LITELLM[start], "")


def _service(text: str, hub: str, endpoint: str) -> Meaning | None:
    """Read the name of a hosted model; the address of the service decides whose it is."""
    if "://" in text or not re.fullmatch(r"[\w.\-:/@+ ]{1,200}", text):
        host = host_of(text)
        return Meaning(kind=Kind.SERVICE, hub=host or hub, name=text) if "://" in text else None
    if endpoint:
        host = host_of(endpoint)
        known = next((one for name, one in hosted.ENDPOINTS.items() if host == name or host.endswith("." + name)), "")
        if not known and host.endswith((".openai.azure.com", ".services.ai.azure.com")):
            known = "azure"
        if host and not known:
            return Meaning(kind=Kind.SERVICE, hub=host, name=text, pin=service_pin(text))
        hub = known or hub
    hub = hub or provider_of(text)
    return Meaning(kind=Kind.SERVICE, hub=hub or "unknown", name=text, pin=service_pin(text))


def service_pin(text: str) -> Pin:
    """Say whether the name of a hosted model holds a date or version; one without is an alias that moves."""
    return Pin.TAG if _DATED.search(text) else Pin.NONE
