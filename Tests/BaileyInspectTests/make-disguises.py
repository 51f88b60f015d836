#!/usr/bin/env python3
"""Writes DisguiseCases.swift: made-up secrets of ten kinds, each hidden in every way that the engine takes off.

Needs the Python packages zstandard and brotli. Run `swift format -i` on the result.
With the name of a way: prints eighty other secrets hidden so, a line in base 64 for each; for this Python's own library is enough.
"""
import base64, bz2, codecs, functools, gzip, io, pathlib, quopri, random, sys, tarfile, urllib.parse, zipfile, zlib

random.seed(20261122)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

def some(count, letters=LETTERS):
    return "".join(random.choice(letters) for _ in range(count))

def secrets():
    yield "AKIA" + some(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    yield "ghp_" + some(36)
    yield "glpat-" + some(20)
    yield "xoxb-" + some(12, "0123456789") + "-" + some(12, "0123456789") + "-" + some(24)
    yield "sk_live_" + some(24)
    yield "npm_" + some(36)
    yield "SG." + some(22) + "." + some(43)
    yield "AIza" + some(35)
    yield "sk-ant-api03-" + some(93) + "AA"
    yield "dop_v1_" + some(64, "0123456789abcdef")

def zip_of(data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("notes.txt"), data * 3, zipfile.ZIP_DEFLATED)
    return out.getvalue()

packed = functools.partial(gzip.compress, mtime=0)

def brotli_of(data):
    import brotli
    return brotli.compress(data)

def zstd_of(data):
    import zstandard
    return zstandard.compress(data)

def tar_gz(data):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        entry = tarfile.TarInfo("notes.txt")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()

def multipart(data):
    head = b'--b7\r\nContent-Disposition: form-data; name="f"; filename="a.gz"\r\nContent-Type: application/gzip\r\n\r\n'
    return head + packed(data) + b"\r\n--b7--\r\n"

def dns(data):
    text = base64.b32encode(data).decode().rstrip("=").lower()
    return (".".join(text[i:i + 60] for i in range(0, len(text), 60)) + ".t.evil.net").encode()

def wrapped(data):
    return base64.encodebytes(data * 2)

def groups(data, size, gap):
    text = data.decode()
    return gap.join(text[i:i + size] for i in range(0, len(text), size)).encode()

def value(function):
    return lambda text, secret: text.replace(secret.encode(), function(secret.encode()))

def whole(function):
    return lambda text, secret: function(text)

def escapes(form):
    return value(lambda data: "".join(form % b for b in data).encode())

WAYS = {
    "plain": whole(lambda d: d),
    "base64-whole": whole(base64.b64encode), "base64-value": value(base64.b64encode), 
    "base64-url": value(lambda d: base64.urlsafe_b64encode(b">>>???" + d + b"??>>>>??")),
    "base64-wrapped": whole(wrapped), "base64-twice": whole(lambda d: base64.b64encode(base64.b64encode(d))),
    "base64-thrice": whole(lambda d: base64.b64encode(base64.b64encode(base64.b64encode(d)))),
    "hex": value(lambda d: d.hex().encode()), "hex-spaced": value(lambda d: d.hex(" ").encode()),
    "hex-colons": value(lambda d: d.hex(":").upper().encode()), "hex-escaped": escapes("\\x%02x"),
    "percent-standard": whole(lambda d: urllib.parse.quote(d).encode()), "percent-all": escapes("%%%02X"), "percent-twice": value(lambda d: urllib.parse.quote("".join("%%%02x" % b for b in d)).encode()),
    "json": escapes("\\u%04x"), "octal": escapes("\\%03o"), "html-decimal": escapes("&#%d;"), "html-hex": escapes("&#x%x;"),
    "base32": value(base64.b32encode), "base85": value(base64.b85encode), "ascii85": value(base64.a85encode),
    "rot13": whole(lambda d: codecs.encode(d.decode(), "rot13").encode()), "reversed": whole(lambda d: d[::-1]),
    "quoted-printable": whole(lambda d: quopri.encodestring(b"x" * 60 + d)),
    "utf-16le": whole(lambda d: d.decode().encode("utf-16-le")), "utf-16be": whole(lambda d: d.decode().encode("utf-16-be")),
    "gzip": whole(packed), "bzip2": whole(bz2.compress), "zstd": whole(zstd_of),
    "zip": whole(zip_of), "tar.gz": whole(tar_gz), "gzip-base64": whole(lambda d: base64.b64encode(packed(d))),
    "zlib-hex": whole(lambda d: zlib.compress(d).hex().encode()), "brotli-base64": whole(lambda d: base64.b64encode(brotli_of(d))),
    "deflate-base64": whole(lambda d: base64.b64encode(zlib.compress(d)[2:-4])),
    "multipart-gzip": whole(multipart),
    "joined": value(lambda d: d[: len(d) // 2] + b'" + "' + d[len(d) // 2:]),
    "joined-lines": value(lambda d: d[: len(d) // 2] + b'" +\n    "' + d[len(d) // 2:]),
    "two-lines": value(lambda d: d[: len(d) // 2] + b"\\\n" + d[len(d) // 2:]),
    "letter-a-line": value(lambda d: b"\n" + groups(d, 1, "\n") + b"\n"), "spaced": value(lambda d: groups(d, 1, " ")),
    "dashes": value(lambda d: groups(d, 4, "-")), "zero-width": value(lambda d: groups(d, 1, "\u200b")),
    "one-zero-width": value(lambda d: d[:9] + "\u200d".encode() + d[9:]),
    "soft-hyphens": value(lambda d: groups(d, 5, "\u00ad")), "full-width": value(lambda d: "".join(chr(b + 0xFEE0) for b in d).encode()),
    "dns": value(dns), "array": value(lambda d: groups(d, 1, "', '")),
    "rot13-base64": whole(lambda d: base64.b64encode(codecs.encode(d.decode(), "rot13").encode())),
    "reversed-base64": whole(lambda d: base64.b64encode(d[::-1])),
}

def hidden(way, secret):
    return base64.b64encode(WAYS[way](f'# settings\nSERVICE_TOKEN = "{secret}"\n# end of it\n'.encode(), secret)).decode()

if len(sys.argv) > 1:
    random.seed(80)
    for _ in range(8):
        for secret in secrets(): print(hidden(sys.argv[1], secret))
    sys.exit()

found = list(secrets())
lines = ["// Written by make-disguises.py.", "", "/// Texts that hide one secret each: the way, and the bytes in base 64.",
         "let disguiseCases: [(way: String, texts: [String])] = ["]
for way in WAYS:
    lines.append(f'  ("{way}", [')
    for secret in found:
        lines.append(f'    "{hidden(way, secret)}",')
    lines.append("  ]),")
lines.append("]")
(pathlib.Path(__file__).parent / "DisguiseCases.swift").write_text("\n".join(lines) + "\n")
