"""Configurations: what programs they start, which variables they set, and keys that tell what their value is.

Compose files, Kubernetes and Helm, workflows of CI, agents and MCP servers, Hydra, and whatever a project's own
programs read: all are trees of keys; what matters are the keys that tools give a meaning.
"""

from __future__ import annotations

import re

from weighbridge.core.values import replace
from weighbridge.inventory.application import shell
from weighbridge.inventory.application.facts import Call, Setting
from weighbridge.inventory.application.keys import by_key, kind_of
from weighbridge.inventory.application.reducing import item
from weighbridge.inventory.application.shell import Word
from weighbridge.inventory.application.terms import Plain, Sequence, Table, Text, Unknown, Variable
from weighbridge.inventory.application.vocabulary.commands import IMAGES
from weighbridge.inventory.application.vocabulary.entries import PYTHON
from weighbridge.inventory.application.vocabulary.names import REVISION_KEYS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.application.places import Place
    from weighbridge.inventory.application.terms import Term

_COMMANDS = frozenset({"command", "args", "entrypoint", "cmd"})
"""Keys whose texts are the words of one command, together."""
_SCRIPTS = frozenset({"run", "script", "before_script", "after_script", "commands", "shell", "postCreateCommand",
                      "postStartCommand", "onCreateCommand", "exec", "inline"})  # fmt: skip
"""Keys whose texts are scripts."""
_ENVIRONMENTS = frozenset({"env", "environment", "variables", "environment_variables", "environmentVariables", "envs",
                           "containerEnv", "remoteEnv", "extraEnv", "extraEnvVars"})  # fmt: skip
_TARGETS = ("_target_", "class_path", "__target__", "_component_", "target")
"""Keys that name a callable, beside what it gets. Sources: Hydra 1.3, Lightning 2.5, torchtune 0.6."""
_SKIPPED = frozenset({"description", "title", "summary", "help", "comment", "examples", "example", "default_prompt",
                      "license", "author", "authors", "homepage", "repository", "url", "name", "label"})  # fmt: skip

_TEMPLATE = "\ue000"
"""Stands for what Helm fills in; no name has it."""


class Deployment:
    """Reads one tree."""

    def __init__(self, place: Place, path: str) -> None:
        self.place = place
        self.path = path
        self.calls: list[Call] = []
        self.settings: list[Setting] = []
        self._inner: list[Text] = []
        """Scripts that a shell is given as one word of a command; each holds commands of its own."""

    def read(self, tree: Term) -> None:
        """Read a whole document."""
        if isinstance(tree, Table):
            self._compose_models(tree)
        self._walk(tree, ())

    def _walk(self, tree: Term, keys: tuple[str, ...]) -> None:
        if isinstance(tree, Sequence):
            for one in tree.items:
                self._walk(one, keys)
        if not isinstance(tree, Table):
            return
        known = frozenset(tree.keys)
        self._called(tree, known)
        self._started(tree, known)
        for key, held in zip(tree.keys, tree.values, strict=True):
            inside = (*keys, key)
            if key in _ENVIRONMENTS:
                self._environment(held)
            elif key in _SCRIPTS or (key == "scripts" and self.path.endswith("package.json")):
                self._scripts(held, tree)
            elif key in _COMMANDS or (key == "model_name" and "litellm_params" in known):
                pass  # of LiteLLM: what callers say for the model beside it
            elif key == "litellm_params" and isinstance(item(held, "model"), Text):
                self._tell("litellm model", ".".join((*inside, "model")), item(held, "model"))
                continue
            elif key in {"storageUri", "storage_uri"} and isinstance(held, Text):
                self._tell("storageUri", ".".join(inside), held)
            elif key == "image":
                self._image(held, ".".join(inside))
            elif key not in _SKIPPED:
                self._keyed(key, held, tree, known, inside)
            if key not in _ENVIRONMENTS:
                self._walk(held, inside)

    def _tell(self, loader: str, where: str, term: Term, at: Text | None = None) -> None:
        span = at.at if at is not None else term.at if isinstance(term, Text | Variable) else None
        if span is not None:
            self.calls.append(Call(loader=loader, callable=where[:200], given=(("subject", term),), at=span))

    # -- compose ---------------------------------------------------------------------------------------------------

    def _compose_models(self, tree: Table) -> None:
        """Read ``models:`` of a compose file, and services that a model provider runs."""
        services = item(tree, "services")
        models = item(tree, "models")
        if isinstance(services, Table) and isinstance(models, Table):
            for name, one in zip(models.keys, models.values, strict=True):
                model = item(one, "model")
                if isinstance(model, Text):
                    self._tell("compose model", f"models.{name}.model", self._interpolated(model), model)
        for name, one in zip(services.keys, services.values, strict=True) if isinstance(services, Table) else ():
            provider = item(one, "provider")
            model = item(item(provider, "options"), "model")
            if isinstance(model, Text) and item(provider, "type") != Unknown(why=""):
                self._tell("compose model", f"services.{name}.provider", self._interpolated(model), model)

    def _interpolated(self, text: Text) -> Term:
        if "$" not in text.text:
            return text
        start, end = self._bounds(text)
        single = self.place.text[start : start + 1] == "'"  # to a shell nothing is a variable in there, to YAML it is
        return shell.word_of(self.place, start + single, end - single).term

    def _bounds(self, text: Text) -> tuple[int, int]:
        start = self.place.offset(text.at.line - 1, text.at.column - 1)
        return start, self.place.offset(text.at.end_line - 1, text.at.end_column - 1)

    def _image(self, held: Term, where: str) -> None:
        """Name the image of a container, or put together what Helm keeps apart: registry, repository and tag."""
        if isinstance(held, Text):
            before, template, _ = held.text.partition(_TEMPLATE)
            whole = replace(held, text=before.rpartition(":")[0]) if template else self._interpolated(held)
            self._tell("image", where, whole, held)
            return
        name, tag = item(held, "repository"), item(held, "tag")
        if isinstance(name, Text):
            registry = getattr(item(held, "registry"), "text", "")
            version = getattr(tag, "text", "") or getattr(tag, "word", "")
            text = f"{registry}/{name.text}".lstrip("/") + (f":{version}" if version else "")
            self._tell("image", where, Text(text=text, at=name.at), name)

    # -- callables that a configuration names ----------------------------------------------------------------------

    def _called(self, tree: Table, known: frozenset[str]) -> None:
        target = next((item(tree, key) for key in _TARGETS if key in known), None)
        if not isinstance(target, Text):
            return
        more = item(tree, "init_args")
        held = more if isinstance(more, Table) else tree
        for number, entry in enumerate(PYTHON.find(target.text)):
            given: list[tuple[str, Term]] = []
            for field, argument in entry.arguments:
                found = next((item(held, key) for key in argument.keywords if key in held.keys), None)
                if found is None and "_args_" in held.keys and argument.position >= 0:
                    found = item(item(held, "_args_"), str(argument.position))
                if found is not None and not isinstance(found, Unknown):
                    given.append((field, found))
            if given and given[0][0] == "subject":
                at = given[0][1].at if isinstance(given[0][1], Text) else target.at
                self.calls.append(
                    Call(loader=entry.pattern, callable=target.text, given=tuple(given), at=at, entry=number)
                )

    # -- commands --------------------------------------------------------------------------------------------------

    def _started(self, tree: Table, known: frozenset[str]) -> None:
        words: list[Word] = []
        for key in ("entrypoint", "command", "cmd", "args"):
            if key in known:
                words += self._words(item(tree, key), words[-1].text if words else "")
        if not words:
            return
        image = item(tree, "image")
        name = image.text if isinstance(image, Text) else ""
        if isinstance(image, Table) and isinstance(item(image, "repository"), Text):  # Helm
            name = str(getattr(item(image, "repository"), "text", ""))
        program = next((program for part, program in IMAGES if part in name), "")
        for script in self._inner:
            for inner, document in self._cut(script):
                self._take(shell.command(inner, self.place, document=document))
        self._inner.clear()
        self._take(shell.command(words, self.place, program=program))

    def _take(self, found: shell.Found) -> None:
        """Add what a command of a container tells, each at its own text."""
        for call in found.calls:
            subject = call.get("subject")
            at = subject.at if isinstance(subject, Text | Variable) else call.at
            self.calls.append(Call(loader=call.loader, callable=call.callable, given=call.given, at=at,
                                   entry=call.entry))  # fmt: skip
        self.settings += found.settings

    def _words(self, held: Term, before: str) -> list[Word]:
        """Give the words of a command: a list of them, or one text that a shell would cut."""
        if isinstance(held, Text):
            return [word for words, _ in self._cut(held) for word in words]
        words: list[Word] = []
        for one in held.items if isinstance(held, Sequence) else ():
            if isinstance(one, Text):
                last = words[-1].text if words else before
                if last in {"-c", "-lc", "-ec"}:
                    self._inner.append(one)
                    continue
                if "\n" in one.text or ("&&" in one.text and " " in one.text):
                    words += [word for inner, _ in self._cut(one) for word in inner]
                    continue
                start, end = self._bounds(one)
                term = shell.word_of(self.place, start, end).term if "$" in one.text else one
                words.append(Word(term=term, text=one.text, start=start, end=end))
            elif isinstance(one, Plain):
                words.append(Word(term=one, text=one.word, start=0, end=0))
        return words

    def _cut(self, text: Text) -> list[tuple[list[Word], tuple[int, int]]]:
        start, end = self._bounds(text)
        written = self.place.text[start:end]
        if written[:1] in {'"', "'"}:
            start, end = start + 1, end - 1
        elif written[:1] in {"|", ">"}:
            start = self.place.line_end(start)
        return list(shell.commands(self.place, start, end, folded=written[:1] == ">"))

    def _scripts(self, held: Term, tree: Table) -> None:
        texts = [held] if isinstance(held, Text) else list(held.items) if isinstance(held, Sequence) else (
            list(held.values) if isinstance(held, Table) else [])  # fmt: skip
        python = isinstance(item(tree, "shell"), Text) and str(getattr(item(tree, "shell"), "text", "")) == "python"
        for one in texts:
            if not isinstance(one, Text) or python:
                continue
            for words, document in self._cut(one):
                found = shell.command(words, self.place, document=document)
                self.calls += found.calls
                self.settings += found.settings

    # -- variables and keys ----------------------------------------------------------------------------------------

    def _environment(self, held: Term) -> None:
        pairs: list[tuple[str, Term]] = []
        if isinstance(held, Table):
            pairs = list(zip(held.keys, held.values, strict=True))
        for one in held.items if isinstance(held, Sequence) else ():
            if isinstance(one, Table):
                name, content = item(one, "name"), item(one, "value")
                if isinstance(name, Text):
                    pairs.append((name.text, content))
            elif isinstance(one, Text) and "=" in one.text:
                start, end = self._bounds(one)
                shift = self.place.text[start:end].find("=") + 1
                quoted = self.place.text[start : start + 1] in {'"', "'"}
                found = shell.word_of(self.place, start + shift, end - quoted)
                pairs.append((one.text.partition("=")[0], found.term))
        for key, held_by_it in pairs:
            term = self._interpolated(held_by_it) if isinstance(held_by_it, Text) else held_by_it
            if isinstance(term, Text | Variable):
                self.settings.append(Setting(name=key, term=term, scope="env"))
                self.calls += by_key(key, term, term.at, key)

    def _keyed(self, key: str, held: Term, tree: Table, known: frozenset[str], keys: tuple[str, ...]) -> None:
        if kind_of(key) is None or key in _TARGETS:
            return
        if any(one in known for one in _TARGETS if one != "target"):
            return  # it has been read as an argument
        revision = next((item(tree, one) for one in REVISION_KEYS if one in known), None)
        more: list[tuple[str, Term]] = [("revision", revision)] if isinstance(revision, Text) else []
        if "trust_remote_code" in known:
            more.append(("code", item(tree, "trust_remote_code")))
        if isinstance(held, Table):
            inner = next((item(held, one) for one in REVISION_KEYS if one in held.keys), None)
            more = [("revision", inner)] if isinstance(inner, Text) else more
            held = item(held, "name") if isinstance(item(held, "name"), Text) else item(held, "id")
        for one in held.items if isinstance(held, Sequence) else (held,):
            named = one
            if isinstance(one, Table):
                named = next((item(one, word) for word in ("name", "id", "model") if word in one.keys), one)
            if isinstance(named, Text):
                self.calls += by_key(key, self._interpolated(named), named.at, ".".join(keys), tuple(more))


def without_templates(text: str) -> str:
    """Put blanks in the place of Helm's templates, so that what is around them can be read as YAML."""
    lines = []
    for line in text.split("\n"):
        if "{{" not in line:
            lines.append(line)
        elif re.fullmatch(r"[ \t]*(?:-[ \t]*)?(?:\{\{.*?\}\}[ \t]*)+", line):
            lines.append(" " * len(line))
        else:
            lines.append(re.sub(r"\{\{.*?\}\}", lambda match: _TEMPLATE * len(match[0]), line))
    return "\n".join(lines)
