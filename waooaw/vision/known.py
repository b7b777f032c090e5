"""What functions of the standard library do with a value that is handed to them.

Functions that are not listed here and stand in no file of the package give something new: what a
service answers is not what it was asked.
"""

from __future__ import annotations

from typing import Final

from waooaw.vision.dangers import (
    LEXICAL,
    MIXED,
    OBJECT,
    PART,
    PATH,
    PROMPT,
    RAW,
    SHELL,
    TEMPLATE,
    URL,
)

__all__ = [
    "CLEANERS",
    "MARKERS",
    "NEW_CONTENT",
    "ONE_PASSED",
    "PASSERS",
    "PATH_PARTS",
    "PLAIN_CHECKS",
]

_ALL: Final = RAW | OBJECT

#: Function to the bits that its result no longer has.
CLEANERS: Final[dict[str, int]] = {
    **dict.fromkeys(
        (
            *("builtins.int", "builtins.float", "builtins.bool", "builtins.len", "builtins.ord"),
            *("builtins.hash", "builtins.isinstance", "builtins.abs", "builtins.round"),
            *("builtins.complex", "builtins.id", "builtins.type", "builtins.hasattr"),
            *("uuid.UUID", "uuid.uuid5", "uuid.uuid3", "decimal.Decimal", "fractions.Fraction"),
            *("ipaddress.ip_address", "ipaddress.ip_network"),
            *("datetime.datetime.fromisoformat", "datetime.date.fromisoformat"),
            *("datetime.datetime.strptime", "datetime.datetime.fromtimestamp"),
            *("hashlib.md5", "hashlib.sha1", "hashlib.sha224", "hashlib.sha256", "hashlib.sha384"),
            *("hashlib.sha512", "hashlib.blake2b", "hashlib.blake2s", "hashlib.sha3_256"),
            *("hashlib.new", "hmac.new", "hmac.digest", "hmac.compare_digest", "zlib.crc32"),
            *("secrets.compare_digest", "base64.urlsafe_b64encode", "binascii.hexlify"),
            *("werkzeug.utils.secure_filename", "slugify.slugify", "django.utils.text.slugify"),
        ),
        _ALL,
    ),
    "shlex.quote": SHELL,
    "shlex.join": SHELL,
    "urllib.parse.quote": URL | PART,
    "urllib.parse.quote_plus": URL | PART | PATH,
    "urllib.parse.urlencode": URL | PART | PATH,
    "os.path.basename": PATH,
    "ntpath.basename": PATH,
    "posixpath.basename": PATH,
    "json.dumps": PROMPT | MIXED,
    "html.escape": PROMPT | MIXED | TEMPLATE,
    "xml.sax.saxutils.escape": PROMPT | MIXED | TEMPLATE,
    "xml.sax.saxutils.quoteattr": PROMPT | MIXED | TEMPLATE,
    "markupsafe.escape": PROMPT | MIXED | TEMPLATE,
    "builtins.repr": PROMPT | MIXED,
    "builtins.ascii": PROMPT | MIXED,
    "re.escape": 256,
    "os.path.realpath": LEXICAL,
    "os.path.abspath": LEXICAL,
    "glob.escape": 0,
    "string.Template": 0,
}

#: Function to what its result is besides.
MARKERS: Final[dict[str, int]] = {
    "pathlib.Path": OBJECT,
    "pathlib.PurePath": OBJECT,
    "pathlib.PosixPath": OBJECT,
    "pathlib.PurePosixPath": OBJECT,
    "anyio.Path": OBJECT,
}

#: Functions whose result holds what they are given.
PASSERS: Final = frozenset(
    {
        *("builtins.str", "builtins.bytes", "builtins.bytearray", "builtins.list", "builtins.set"),
        *("builtins.tuple", "builtins.dict", "builtins.frozenset", "builtins.sorted"),
        *("builtins.reversed", "builtins.iter", "builtins.next", "builtins.format"),
        *("builtins.enumerate", "builtins.zip", "builtins.filter", "builtins.max", "builtins.min"),
        *("builtins.memoryview", "builtins.vars", "builtins.getattr", "builtins.sum"),
        *("json.loads", "json.JSONDecoder().decode", "orjson.loads", "ujson.loads"),
        *("copy.copy", "copy.deepcopy", "typing.cast", "dataclasses.replace"),
        *("dataclasses.asdict", "os.path.join", "os.path.normpath", "os.path.expanduser"),
        *("os.path.expandvars", "os.path.splitext", "os.path.dirname", "os.fspath", "os.fsdecode"),
        *("os.path.split", "os.path.normcase", "os.path.relpath", "posixpath.join", "ntpath.join"),
        *("urllib.parse.unquote", "urllib.parse.unquote_plus", "urllib.parse.urljoin"),
        *("urllib.parse.urlparse", "urllib.parse.urlsplit", "urllib.parse.urlunsplit"),
        *("urllib.parse.urlunparse", "urllib.parse.parse_qs", "urllib.parse.parse_qsl"),
        *("textwrap.dedent", "textwrap.indent", "textwrap.shorten", "textwrap.fill"),
        *("html.unescape", "string.capwords", "unicodedata.normalize", "shlex.split"),
        *("base64.b64decode", "base64.b64encode", "base64.urlsafe_b64decode", "codecs.decode"),
        *("codecs.encode", "bytes.fromhex", "io.StringIO", "io.BytesIO", "contextlib.closing"),
        *("contextlib.nullcontext", "asyncio.wait_for", "asyncio.shield", "asyncio.create_task"),
        *("asyncio.gather", "asyncio.ensure_future", "asyncio.run", "types.SimpleNamespace"),
        *("sqlalchemy.text", "sqlalchemy.sql.text", "itertools.chain"),
        *("operator.add", "operator.concat", "collections.OrderedDict", "collections.deque"),
        *("types.MappingProxyType", "builtins.slice", "builtins.str.join", "builtins.str.format"),
        *("waooaw.Question", "aiofiles.os.path.join", "collections.ChainMap", "builtins.map"),
    }
)

#: Functions whose result holds one of the arguments, by its position.
ONE_PASSED: Final = {
    "urllib.request.Request": 0,
    "httpx.URL": 0,
    "yarl.URL": 0,
    "httpx.Request": 1,
    "requests.Request": 1,
}

#: What these return is new, whatever object they are called on.
NEW_CONTENT: Final = frozenset(
    {
        *("index", "count", "startswith", "endswith", "isdigit", "isalpha", "isalnum", "exists"),
        *("is_file", "is_dir", "find", "rfind", "read_text", "read_bytes", "stat", "write_text"),
        *("write_bytes", "mkdir", "iterdir", "total_seconds", "timestamp", "isoformat", "touch"),
        *("is_relative_to", "hexdigest", "digest", "bit_length", "is_integer", "unlink"),
    }
)

#: Attributes of a path that lead nowhere.
PATH_PARTS: Final = frozenset({"name", "stem", "suffix", "suffixes"})

#: Methods of a text that let through only letters and digits.
PLAIN_CHECKS: Final = frozenset(
    {"isalnum", "isalpha", "isdecimal", "isdigit", "isidentifier", "isnumeric"}
)
