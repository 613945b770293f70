"""Configurations of what serves, packs and wires models: MLflow, BentoML, Triton, spaCy, ComfyUI.

Sources: MLflow's ``MLmodel`` format (flavors, ``loader_module``, models from code; CVE-2026-96775, CVE-2026-96804),
BentoML's ``bentofile.yaml`` and what it writes into a Dockerfile (CVE-2026-33744, CVE-2026-35044, CVE-2026-44345),
Triton's ``model_config.proto``, spaCy's registries, ComfyUI's two workflow notations.
"""

from __future__ import annotations

from weighbridge.core.programs import Command
from weighbridge.core.references import Requirement, Target
from weighbridge.core.when import When
from weighbridge.formats.config.tree import short, spelled, strings, tables
from weighbridge.formats.containers import paths
from weighbridge.formats.strict_json import pairs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.config.survey import Survey
    from weighbridge.formats.strict_json import JsonValue


def mlflow(survey: Survey, document: JsonValue) -> None:
    """Look at an MLmodel: every flavor names a module that imports, a script that runs, or files that are read."""
    flavors = document.get("flavors") if isinstance(document, dict) else None
    if not isinstance(flavors, dict):
        return
    own = False
    for flavor, found in pairs_of(flavors):
        if not isinstance(found, dict):
            continue
        for key, entry in pairs_of(found):
            where = f"flavors.{short(flavor)}.{short(key)}"
            if key in _MODULES and isinstance(entry, str):
                survey.call("mlflow", where, entry, When.LOAD)
                own |= not entry.startswith("mlflow.")
            elif key in _SCRIPTS and isinstance(entry, str) and entry:
                _inside(survey, "handler", where, entry)
                survey.code(f"the MLflow field {key}", entry, When.LOAD)
            elif isinstance(entry, str) and key in _PATHS:
                _inside(survey, "weights", where, entry)
    for flavor, found in pairs_of(flavors):
        code = found.get("code") if isinstance(found, dict) else None
        if isinstance(code, str) and code:
            _inside(survey, "handler", f"flavors.{short(flavor)}.code", code)
            survey.code("the MLflow code path", code, When.LOAD if own else When.FLAG)
    for trail, table in tables(flavors):
        for key, entry in pairs_of(table):
            # The ``uri`` of an artifact only tells where it once came from.
            if key in ("path", "conda", "virtualenv") and isinstance(entry, str):
                _inside(survey, "asset", f"flavors.{spelled(trail, key)}", entry)


_MODULES = ("loader_module", "keras_module", "pickle_module", "data_type_module")
_SCRIPTS = ("model_code_path", "entrypoint")
_PATHS = frozenset({
    "python_model", "data", "model_path", "pickled_model", "model_data", "artifacts", "custom_objects", "model_config",
    "env", "pickle_module_info", "tokenizer", "extra_files",
})  # fmt: skip


def _inside(survey: Survey, relation: str, key: str, path: str) -> None:
    """Take in a path that must lie beside the file."""
    if "://" in path:
        survey.refer(relation, Target.URL, path, key, When.LOAD)
    elif path and paths.escapes(path):
        survey.refer(relation, Target.PATH, path, key, When.LOAD, escapes=True)


# -- BentoML -------------------------------------------------------------------------------------------------------

_BENTO = ("bento.yaml", "bento.yml", "bentofile.yaml", "bentofile.yml")
_SHELL = ("\n", "\r", ";", "&", "|", "`", "$(", ">", "<(")
_WRITTEN = ("base_image", "distro", "python_version", "cuda_version", "system_packages", "env", "envs", "labels")


def bento(survey: Survey, document: JsonValue) -> None:
    """Look at a bento: what is written into its Dockerfile may be more than one word."""
    if not isinstance(document, dict) or not (survey.name in _BENTO or "bentoml_version" in document):
        return
    for part in (document, document.get("docker"), document.get("image")):
        if not isinstance(part, dict):
            continue
        prefix = "" if part is document else "docker." if part is document.get("docker") else "image."
        for key in _WRITTEN:
            for text in _words(part.get(key)):
                if any(sign in text for sign in _SHELL):
                    _command(survey, f"{prefix}{key}", text)
        for key in ("dockerfile_template", "setup_script"):
            path = part.get(key)
            if isinstance(path, str) and path:
                _inside(survey, "include", f"{prefix}{key}", path)
                survey.code(f"the BentoML field {key}", path, When.FLAG, "shell")
        for text in strings(part.get("commands")):
            _command(survey, f"{prefix}commands", text)
    packages = document.get("python")
    if isinstance(packages, dict):
        for key in ("index_url", "extra_index_url", "find_links", "trusted_host", "pip_args"):
            for text in strings(packages.get(key)):
                _requirement(survey, text, key, "option")
        for text in strings(packages.get("packages")):
            _requirement(survey, text, "packages")


def _requirement(survey: Survey, text: str, key: str, origin: str = "") -> None:
    """Take in a package that does not come from the usual index."""
    found = origin or ("vcs" if text.lstrip().startswith(_VCS) or "@ git+" in text else "url" if "://" in text else "")
    if found:
        name = text.partition("@")[0].strip() if "@" in text and not origin else ""
        survey.fact(
            Requirement(at=survey.at, name=short(name), specifier=short(text), origin=found, hashed=False, detail=key)
        )


_VCS = ("git+", "hg+", "svn+", "bzr+")


def _words(found: JsonValue) -> list[str]:
    """List the texts in a field, two levels down, names of variables included."""
    texts = list(strings(found))
    inner = found if isinstance(found, list) else []
    for item in inner:
        texts += strings(item)
    return texts + list(found if isinstance(found, dict) else ())


def _command(survey: Survey, key: str, text: str) -> None:
    survey.fact(Command(at=survey.at, runner="the build of the bento", line=short(text), key=key, when=When.FLAG))


# -- Triton --------------------------------------------------------------------------------------------------------

BACKENDS = frozenset({
    "", "onnxruntime", "onnxruntime_onnx", "tensorrt", "tensorrt_plan", "pytorch", "pytorch_libtorch", "tensorflow",
    "tensorflow_graphdef", "tensorflow_savedmodel", "openvino", "dali", "fil", "tensorrtllm", "vllm", "ensemble",
    "identity", "repeat", "square", "armnn_tflite",
})  # fmt: skip
"""Backends that NVIDIA ships; ``python`` is one of them, and runs the repository's ``model.py``."""


def triton(survey: Survey, document: JsonValue) -> None:
    """Look at a model of a Triton repository: which backend runs, and what it is pointed at."""
    if not isinstance(document, dict) or not (document.keys() & {"backend", "platform", "max_batch_size"}):
        return
    if not survey.name.endswith(".pbtxt"):
        return
    backend = "".join(list(strings(document.get("backend")))[:1])
    default = "".join(list(strings(document.get("default_model_filename")))[:1])
    if backend == "python" or default.endswith(".py"):
        survey.code("the Triton python backend", default or "model.py", When.FLAG)
    elif backend.lower() not in BACKENDS:
        survey.code("a Triton backend", backend, When.FLAG, "native code")
    if default:
        _inside(survey, "weights", "default_model_filename", default)
    for trail, table in tables(document):
        key = "".join(strings(table.get("key")))
        if key and trail is not None:
            for _, holder in tables(table.get("value")):
                for text in strings(holder.get("string_value")):
                    path = text.replace("$$TRITON_MODEL_DIRECTORY/", "").replace("$$TRITON_MODEL_DIRECTORY", "")
                    if "PATH" in key.upper() or "/" in path or "\\" in path:
                        _inside(survey, "handler", f"parameters.{short(key)}", path)


# -- ComfyUI -------------------------------------------------------------------------------------------------------

_RUNS = ("exec", "eval", "python", "script", "shell", "command", "subprocess", "code")


def comfyui(survey: Survey, document: JsonValue) -> None:
    """Look at a workflow: the classes of its nodes, and the files that they are pointed at."""
    if not isinstance(document, dict):
        return
    nodes = document.get("nodes")
    if isinstance(nodes, list) and "links" in document:
        found = [(node.get("type"), node.get("widgets_values")) for node in nodes if isinstance(node, dict)]
    else:
        parts = [part for part in document.values() if isinstance(part, dict)]
        found = [(part["class_type"], part.get("inputs")) for part in parts if "class_type" in part]
    for kind, given in found:
        if not isinstance(kind, str):
            continue
        if any(word in _parts(kind) for word in _RUNS):
            survey.call("comfyui", f"node {short(kind)}", kind, When.FLAG)
        for text in strings(given):
            if "\n" not in text and len(text) < _LONGEST_FILE and ".." in text.replace("\\", "/").split("/"):
                survey.refer("asset", Target.PATH, text, f"node {short(kind)}", When.FLAG, escapes=True)


_LONGEST_FILE = 1_024  # characters of a widget that names a file; longer ones are prompts


def _parts(name: str) -> list[str]:
    """Split the name of a node into its words: ``PythonExec_v2`` into python, exec, v2."""
    spaced = "".join(f" {letter}" if letter.isupper() else letter if letter.isalnum() else " " for letter in name)
    return [*spaced.lower().split(), *name.lower().replace("_", " ").split()]


# -- spaCy ---------------------------------------------------------------------------------------------------------


def spacy(survey: Survey, document: JsonValue) -> None:
    """Look at a pipeline of spaCy: each ``@registry`` names a function that a load looks up and calls."""
    if not isinstance(document, dict):
        return
    if "spacy_version" in document:
        for text in strings(document.get("requirements")):
            _requirement(survey, text, "requirements")
    is_config = "nlp" in document and ("components" in document or any(key.startswith("nlp.") for key in document))
    if not (survey.name.endswith(".cfg") or is_config):
        return
    for trail, table in tables(document):
        for key, found in pairs_of(table):
            if isinstance(found, str) and key[:1] == "@":
                survey.call("spacy", spelled(trail, key), found, When.LOAD)


WHOLE = (mlflow, bento, triton, comfyui, spacy)
