"""Native executables and libraries by their headers: a magic number alone proves nothing, consistent fields do.

Sources: System V ABI (ELF header), Microsoft PE Format, Mach-O ``loader.h`` and ``fat.h``, WebAssembly core
specification section 5.5, ``execve(2)`` for scripts. Section tables are not asked for: loaders run images without one.
"""

from __future__ import annotations

from struct import Struct

HEAD = 4096
"""Leading bytes that decide in all but one case; see ``reach``."""

PREFIXES = frozenset(
    {b"\x7fE", b"MZ", b"\xfe\xed", b"\xce\xfa", b"\xcf\xfa", b"\xca\xfe", b"\x00a", b"#!"},
)
"""The first two bytes of everything that ``identify`` knows."""

_FARTHEST = 1 << 20  # honest PE headers begin within the first few KiB


def identify(head: bytes, size: int) -> str:
    """Name the native format that ``head``, the start of ``size`` bytes, begins: ELF, PE, Mach-O, WebAssembly, script.

    Empty when the header is absent, contradicts itself or does not fit into ``size``.
    """
    match head[:2]:
        case b"\x7fE":
            return "ELF" if _is_elf(head, size) else ""
        case b"MZ":
            return "PE" if _is_pe(head, size) else ""
        case b"\xfe\xed" | b"\xce\xfa" | b"\xcf\xfa":
            return "Mach-O" if _is_macho(head, size) else ""
        case b"\xca\xfe":
            return "Mach-O" if _is_fat(head, size) else ""
        case b"\x00a":
            return "WebAssembly" if _is_wasm(head, size) else ""
        case b"#!":
            return "script" if _is_script(head) else ""
    return ""


def reach(head: bytes) -> int:
    """Tell how many leading bytes ``identify`` wants to see; ``head`` holds the first 64 or all there are."""
    if head[:2] == b"MZ" and len(head) >= 64:
        start: int = _U32.unpack_from(head, 0x3C)[0]
        return max(HEAD, min(start + 26, _FARTHEST))
    return HEAD


# -- ELF -----------------------------------------------------------------------------------------------------------

_ELF = {
    # class, data: fields e_type … e_phnum, e_ehsize, e_phentsize
    (1, 1): (Struct("<HHIIIIIHHH"), 52, 32),
    (1, 2): (Struct(">HHIIIIIHHH"), 52, 32),
    (2, 1): (Struct("<HHIQQQIHHH"), 64, 56),
    (2, 2): (Struct(">HHIQQQIHHH"), 64, 56),
}
_ELF_TYPES = (1, 2, 3, 4)  # relocatable, executable, shared, core
_ELF_MACHINES = frozenset(
    # SPARC 386 68K MIPS PPC PPC64 S390 ARM SH SPARCV9 IA64 X86-64 AArch64 CUDA AMDGPU RISC-V BPF LoongArch
    {2, 3, 4, 8, 20, 21, 22, 40, 42, 43, 50, 62, 183, 190, 224, 243, 247, 258},
)


def _is_elf(head: bytes, size: int) -> bool:
    layout = _ELF.get((head[4], head[5])) if len(head) >= 52 else None
    if head[:4] != b"\x7fELF" or layout is None or head[6] != 1:
        return False
    fields, header_size, entry_size = layout
    if len(head) < header_size:
        return False
    kind, machine, version, _, programs, _, _, stated, entry, count = fields.unpack_from(head, 16)
    return (
        kind in _ELF_TYPES
        and machine in _ELF_MACHINES
        and version == 1
        and stated == header_size
        and (count == 0 or (entry == entry_size and programs + count * entry <= size))
    )


# -- PE ------------------------------------------------------------------------------------------------------------

_U32 = Struct("<I")
_COFF = Struct("<4sHHIIIHHH")  # signature, COFF header, magic of the optional header
_PE_MACHINES = frozenset({0x14C, 0x8664, 0xAA64, 0xA641, 0xA64E, 0x1C0, 0x1C2, 0x1C4, 0x200, 0xEBC, 0x5032, 0x5064})
_PE_MAGICS = (0x10B, 0x20B, 0x107)
_PE_SECTIONS = 96  # the loader's own bound


def _is_pe(head: bytes, size: int) -> bool:
    if len(head) < 64:
        return False
    start: int = _U32.unpack_from(head, 0x3C)[0]
    if start < 4 or start + _COFF.size > min(len(head), size):
        return False
    signature, machine, sections, _, _, _, optional, _, magic = _COFF.unpack_from(head, start)
    return (
        signature == b"PE\0\0"
        and machine in _PE_MACHINES
        and sections <= _PE_SECTIONS
        and optional >= 2
        and magic in _PE_MAGICS
    )


# -- Mach-O --------------------------------------------------------------------------------------------------------

_MACHO = {
    # magic: fields cputype … sizeofcmds, size of the header
    b"\xfe\xed\xfa\xce": (Struct(">IIIII"), 28),
    b"\xce\xfa\xed\xfe": (Struct("<IIIII"), 28),
    b"\xfe\xed\xfa\xcf": (Struct(">IIIII"), 32),
    b"\xcf\xfa\xed\xfe": (Struct("<IIIII"), 32),
}
_CPUS = frozenset({7, 12, 18, 0x01000007, 0x0100000C, 0x01000012, 0x0200000C})  # x86, ARM, PowerPC
_MACHO_TYPES = range(1, 13)
_FAT = {b"\xca\xfe\xba\xbe": Struct(">III"), b"\xca\xfe\xba\xbf": Struct(">QQI")}
# A Java class shares the first magic; its next four bytes are a version, whose major part begins at 45.
_FAT_SLICES = range(1, 45)


def _is_macho(head: bytes, size: int) -> bool:
    layout = _MACHO.get(head[:4])
    if layout is None or len(head) < layout[1]:
        return False
    cpu, _, kind, commands, commands_size = layout[0].unpack_from(head, 4)
    return cpu in _CPUS and kind in _MACHO_TYPES and commands * 8 <= commands_size <= size - layout[1]


def _is_fat(head: bytes, size: int) -> bool:
    layout = _FAT.get(head[:4])
    if layout is None or len(head) < 16 + layout.size:
        return False
    if int.from_bytes(head[4:8], "big") not in _FAT_SLICES or int.from_bytes(head[8:12], "big") not in _CPUS:
        return False
    start, length, _ = layout.unpack_from(head, 16)
    return bool(length and start + length <= size)


# -- WebAssembly and scripts ---------------------------------------------------------------------------------------

_WASM_SECTIONS = tuple(bytes([section]) for section in range(14))


def _is_wasm(head: bytes, size: int) -> bool:
    return head[:8] == b"\0asm\x01\0\0\0" and (size == 8 or head[8:9] in _WASM_SECTIONS)


def _is_script(head: bytes) -> bool:
    line = head[2:256].partition(b"\n")[0].strip(b" \t\r")
    return len(line) > 2 and line[:1] == b"/" and line.isascii() and line.decode("latin-1").isprintable()
