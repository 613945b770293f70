"""Fields that hold a path or an address which a loader may follow (REP-10, REP-15, REP-29)."""

from __future__ import annotations

from weighbridge.core.references import Target
from weighbridge.core.when import When
from weighbridge.formats.config.tree import spelled
from weighbridge.formats.containers import paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.config.survey import Survey
    from weighbridge.formats.config.tree import Trail

_ENDINGS = ("_path", "_file", "_dir", "_folder", "_filename")
_KEYS = frozenset({
    "path", "file", "filename", "vocab", "merges", "checkpoint", "ckpt", "pretrained", "weights", "model",
    "model_url", "weights_url", "vocab_url", "checkpoint_url", "config_url", "download_url", "mm_vision_tower",
    "vision_tower", "image", "audio", "video", "base_url", "endpoint", "openai_api_base", "api_base",
})  # fmt: skip
_RECORDED = frozenset({"_name_or_path", "name_or_path", "base_model_name_or_path", "special_tokens_map_file"})
"""What a library writes down about where a model came from; no load follows it."""

_SCHEMES = ("http://", "https://", "ftp://", "file://", "s3://", "gs://", "smb://", "ssh://", "git+")
_PRIVATE = ("/etc/", "/proc/", "/dev/", "/sys/", "/.ssh/", "/.aws/", "/.kube/", "/.netrc", "/.git-credentials",
            "/huggingface/token")  # fmt: skip
"""Parts of paths that no model has a business with."""

_LONGEST = 4_096  # characters; PATH_MAX of Linux


def look(survey: Survey, trail: Trail, key: str, found: str) -> None:
    """Take in one field with a text in it, if loaders follow fields of its name."""
    archived = found[:5].lower() == "nemo:"
    if not archived and not (survey.model and (key in _KEYS or key.endswith(_ENDINGS))):
        return
    path = found[5:] if archived else found
    if not path or len(path) > _LONGEST or "\n" in path:
        return
    recorded = key in _RECORDED
    relation = "base_model" if recorded else "asset"
    if path.lower().startswith(_SCHEMES):
        survey.refer(relation, Target.URL, path, spelled(trail, key), None if recorded else When.LOAD)
        return
    private = any(part in f"{path}/" for part in _PRIVATE) or path.startswith(("\\\\", "//"))
    if private or path[0] == "~" or paths.escapes(path):
        followed = private or archived or (not recorded and ".." in path.replace("\\", "/").split("/"))
        when = When.LOAD if followed else None
        survey.refer(relation, Target.PATH, path, spelled(trail, key), when, escapes=True)
