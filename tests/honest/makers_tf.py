"""Honest files of TensorFlow and MXNet: as the libraries wrote them, and, where TensorFlow is installed, written anew.

`make test` installs neither library. `FILES` are bytes that they wrote; `WRITTEN` asks TensorFlow for whole models.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.builders import checkpoints, savedmodels
from tests.builders.tensorflow_originals import original

Write = Callable[[Path], None]

_ORIGINALS = (
    ("lookup/saved_model.pb", "saved_model_lookup"),
    ("control/saved_model.pb", "saved_model_control_flow"),
    ("variables.index", "checkpoint_index"),
    ("ckpt-1.index", "checkpoint_index_text"),
    ("fingerprint.pb", "fingerprint"),
    ("model.ckpt.meta", "meta_graph"),
    ("frozen.pb", "frozen_graph"),
    ("frozen.pbtxt", "frozen_graph_text"),
    ("data.tfrecord", "records"),
    ("net-symbol.json", "mxnet_symbol"),
    ("list.params", "mxnet_list"),
    ("sparse.params", "mxnet_sparse"),
    ("shapes.params", "mxnet_shapes"),
)


def _written(content: bytes) -> Write:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


FILES: list[tuple[str, Write]] = [(name.replace("/", "_"), _written(original(key))) for name, key in _ORIGINALS]
FILES += [
    ("checkpoint", _written(checkpoints.state())),
    ("keras_metadata.pb", _written(savedmodels.keras_metadata(savedmodels.DENSE))),
    ("saved_model.pbtxt", _written(savedmodels.text_form())),
]

WRITTEN: list[tuple[str, Callable[[Path], None]]] = []


def checkpoint(path: Path) -> None:
    """A checkpoint: the index that TensorFlow wrote, and its shard, of which nobody asks more than numbers."""
    path.mkdir()
    (path / "variables.index").write_bytes(original("checkpoint_index"))
    (path / "variables.data-00000-of-00001").write_bytes(bytes(range(1, 200)) * 3)


def model(name: str) -> Callable[[Write], Write]:
    """Register a folder that TensorFlow writes."""
    return lambda write: WRITTEN.append((name, write)) or write  # type: ignore[func-returns-value]


def _export(path: Path, call: Callable[[Any, Any], Any], signature: list[Any], **members: Any) -> None:
    import tensorflow as tf  # type: ignore[import-not-found,unused-ignore]

    class Made(tf.Module):  # type: ignore[misc,unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.__dict__.update(members)
            for name, member in members.items():
                setattr(self, name, member)

        @tf.function(input_signature=signature)  # type: ignore[untyped-decorator,unused-ignore]
        def __call__(self, x: Any) -> Any:
            return call(self, x)

    tf.saved_model.save(Made(), str(path))


@model("linear")
def _(path: Path) -> None:
    import tensorflow as tf

    weights = tf.Variable(tf.ones([4, 3]))
    _export(path, lambda self, x: tf.nn.relu(x @ self.w), [tf.TensorSpec([None, 4])], w=weights)


@model("table")
def _(path: Path) -> None:
    import tensorflow as tf

    words = path.parent / "words.txt"
    words.write_text("a\nb\n")
    index, line = tf.lookup.TextFileIndex.LINE_NUMBER, tf.lookup.TextFileIndex.WHOLE_LINE
    fill = tf.lookup.TextFileInitializer(str(words), tf.string, line, tf.int64, index)
    table = tf.lookup.StaticHashTable(fill, -1)
    _export(path, lambda self, x: self.t.lookup(x), [tf.TensorSpec([None], tf.string)], t=table)


@model("pictures")
def _(path: Path) -> None:
    import tensorflow as tf

    def decoded(_self: Any, texts: Any) -> Any:
        picture = tf.io.decode_jpeg
        return tf.map_fn(lambda one: picture(one, channels=3), texts, fn_output_signature=tf.uint8)

    _export(path, decoded, [tf.TensorSpec([None], tf.string)])
