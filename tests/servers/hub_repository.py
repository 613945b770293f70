"""Repositories of the local Hub: commits of trees, branches, tags, who may read, and lies about what is listed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers.contents import Content, Held, git_blob, lfs_pointer

LFS_NAMES = (
    ".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".gguf", ".onnx", ".h5", ".keras", ".pkl", ".pickle", ".joblib",
    ".npz", ".npy", ".zip", ".parquet", ".msgpack", ".tar.gz", ".7z",
)  # fmt: skip
LFS_SIZE = 10_000_000


@dataclass(slots=True)
class Repository:
    """One repository; `id` is `org/name`, or with `datasets/` or `spaces/` before it.

    `private`: answers 401 RepoNotFound to those without the server's token. `gated`: may be listed by everybody; its
    files answer 401 GatedRepo without a token, 403 GatedRepo with the token unless `granted`. `xet`: listings have
    `xetHash`. `claims` change fields of listed files (by path; None removes a field), `also` are entries that are
    listed although no such file exists.
    """

    id: str
    private: bool = False
    gated: bool = False
    granted: bool = False
    xet: bool = False
    trees: dict[str, dict[str, Content]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    claims: dict[str, dict[str, Any]] = field(default_factory=dict)
    also: list[Any] = field(default_factory=list)
    parents: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """models, datasets or spaces, as the API names it."""
        return self.id.partition("/")[0] if self.id.count("/") == 2 else "models"

    @property
    def name(self) -> str:
        """org/name."""
        return self.id.removeprefix(self.kind + "/")

    def commit(
        self, files: Mapping[str, bytes | Content], *, branch: str = "main", keep: bool = False, move: bool = True
    ) -> str:
        """Make a commit of these files alone, or (`keep`) of these and those of the branch; gives its 40 digits.

        The branch moves to it unless `move` is false.
        """
        tree = dict(self.trees[self.branches[branch]]) if keep else {}
        tree |= {path: Held(content) if isinstance(content, bytes) else content for path, content in files.items()}
        parent = self.branches.get(branch, "")
        named = f"{self.id}\n{parent}\n{len(self.trees)}\n" + "\n".join(f"{p} {c.sha256}" for p, c in tree.items())
        made = hashlib.sha1(named.encode()).hexdigest()
        self.trees[made] = tree
        self.parents[made] = parent
        if move:
            self.branches[branch] = made
        return made

    def commit_directory(self, folder: Path, *, branch: str = "main") -> str:
        """Make a commit of the files below a directory."""
        found = sorted(path for path in folder.rglob("*") if path.is_file())
        return self.commit({path.relative_to(folder).as_posix(): path.read_bytes() for path in found}, branch=branch)

    def resolve(self, revision: str) -> str:
        """The commit of a branch, a tag or a commit (also shortened, as the Hub does); empty if there is none."""
        named = self.branches.get(revision) or self.tags.get(revision)
        if named:
            return named
        found = [commit for commit in self.trees if len(revision) >= 7 and commit.startswith(revision)]
        return found[0] if len(found) == 1 else ""

    def entries(self, commit: str, folder: str = "", *, recursive: bool = True) -> list[Any]:
        """What `/tree/` answers."""
        tree, inside = self.trees[commit], f"{folder}/" if folder else ""
        listed: dict[str, Any] = {}
        for path in sorted(tree):
            if not path.startswith(inside):
                continue
            parents = path.split("/")[:-1]
            for depth in range(len(parents)):
                above = "/".join(parents[: depth + 1])
                if above.startswith(inside):
                    oid = hashlib.sha1(above.encode()).hexdigest()
                    listed.setdefault(above, {"type": "directory", "oid": oid, "size": 0, "path": above})
            listed[path] = self.entry(commit, path)
        if not recursive:
            listed = {path: entry for path, entry in listed.items() if "/" not in path.removeprefix(inside)}
        return [*listed.values(), *self.also]

    def entry(self, commit: str, path: str) -> dict[str, Any]:
        """What is listed about one file."""
        content = self.trees[commit][path]
        said: dict[str, Any] = {"type": "file", "oid": content.git, "size": content.size, "path": path}
        if is_lfs(path, content):
            pointer = lfs_pointer(content.sha256, content.size)
            said["oid"] = git_blob(pointer)
            said["lfs"] = {"oid": content.sha256, "size": content.size, "pointerSize": len(pointer)}
            if self.xet:
                said["xetHash"] = hashlib.sha256(b"xet" + content.sha256.encode()).hexdigest()
        said |= self.claims.get(path, {})
        return {key: value for key, value in said.items() if value is not None}

    def info(self, commit: str) -> dict[str, Any]:
        """What `/api/models/{id}` answers."""
        return {
            "_id": "0" * 24, "id": self.name, "modelId": self.name, "sha": commit, "author": self.name.split("/")[0],
            "private": self.private, "gated": "manual" if self.gated else False, "disabled": False, "tags": [],
            "downloads": 0, "likes": 0, "lastModified": "2026-01-02T03:04:05.000Z",
            "createdAt": "2026-01-02T03:04:05.000Z", "spaces": [],
            "siblings": [{"rfilename": path} for path in sorted(self.trees[commit])],
        }  # fmt: skip

    def history(self, commit: str) -> list[dict[str, Any]]:
        """What `/commits/` answers: the commit and those before it."""
        found = []
        while commit:
            found.append({"id": commit, "title": "a commit", "message": "", "date": "2026-01-02T03:04:05.000Z"})
            commit = self.parents[commit]
        return found

    def refs(self) -> dict[str, Any]:
        """What `/refs` answers."""

        def told(names: Mapping[str, str], place: str) -> list[dict[str, str]]:
            return [
                {"name": name, "ref": f"refs/{place}/{name}", "targetCommit": commit} for name, commit in names.items()
            ]

        return {"branches": told(self.branches, "heads"), "tags": told(self.tags, "tags"), "converts": []}


def is_lfs(path: str, content: Content) -> bool:
    """Tell whether the Hub would hold a file in LFS."""
    return path.endswith(LFS_NAMES) or content.size > LFS_SIZE


def as_json(answer: object) -> bytes:
    """An answer of the API."""
    return json.dumps(answer).encode()
