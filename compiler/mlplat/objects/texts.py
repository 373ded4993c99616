"""Bytes of a file as text, and the files that hold manifests."""

MANIFEST_SUFFIXES = (".yaml", ".yml", ".json")
"""How the names of the files end that are read where a folder of manifests, definitions or a dump is named."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def decoded(content: bytes) -> str:
    """UTF-8 text with or without a byte order mark, line ends as `\\n`. Raises ValueError with a clause for people."""
    if content.startswith(_UTF16):
        raise ValueError("it is UTF-16, not UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"byte 0x{content[error.start]:02x} in line {line} is not UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
