#!/usr/bin/env python3
"""Writes DocumentCases.swift: documents, bodies and messages that hold the secret AKIAPYCDYBK377OXTZQ6, as usual tools write them.

Needs the Python packages brotli, fpdf2, odfpy, openpyxl, python-docx, reportlab and zstandard. Run `swift format -i` on the result.
"""
import base64, io, lzma, pathlib, zipfile, zlib
import brotli, docx, fpdf, odf.opendocument, odf.text, openpyxl, zstandard
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen import canvas

SECRET = "AKIAPYCDYBK377OXTZQ6"
LINE = f'# settings\nSERVICE_TOKEN = "{SECRET}"\n# end of it\n'.encode()

def saved(document):
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()

def repacked(data):
    """Only what holds the text: styles and themes are large."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if "theme" not in name and "styles" not in name and "docProps" not in name and "thumb" not in name:
                new.writestr(name, old.read(name))
    return out.getvalue()

def word():
    document = docx.Document()
    paragraph = document.add_paragraph("The key is ")
    for place in range(0, 20, 5):
        paragraph.add_run(SECRET[place:place + 5]).bold = place % 2 == 0
    return repacked(saved(document))

def sheet():
    book = openpyxl.Workbook()
    book.active.append(["name", SECRET])
    return repacked(saved(book))

def odf_text():
    document = odf.opendocument.OpenDocumentText()
    paragraph = odf.text.P(text="The key is ")
    for place in range(0, 20, 4):
        paragraph.addElement(odf.text.Span(text=SECRET[place:place + 4]))
    document.text.addElement(paragraph)
    return saved(document)

def page(data, compressed, encrypted=None):
    out = io.BytesIO()
    pdf = canvas.Canvas(out, pageCompression=compressed, encrypt=encrypted, invariant=1)
    pdf.drawString(72, 700, "The key is " + data)
    pdf.save()
    return out.getvalue()

def fpdf_page():
    pdf = fpdf.FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=12)
    pdf.cell(text="The key is " + SECRET)
    return bytes(pdf.output())

def pdf(content, filters=""):
    head = b"%PDF-1.4\n4 0 obj\n<< /Length " + str(len(content)).encode() + filters.encode() + b" >>\nstream\n"
    return head + content + b"\nendstream\nendobj\n"

def shown(operators): return ("BT /F1 12 Tf 72 700 Td (The key is ) Tj " + operators + " ET").encode()

KERNED = shown("[(" + ") -20 (".join(SECRET[i:i + 3] for i in range(0, 20, 3)) + ")] TJ")
HEX = shown("<" + SECRET[:9].encode().hex() + "> Tj <" + SECRET[9:].encode().hex() + "> Tj")
LETTERS = shown(" ".join(f"8 0 Td ({c}) Tj" for c in SECRET))
OCTAL = shown("(" + "".join("\\%03o" % ord(c) for c in SECRET[:10]) + SECRET[10:14] + "\\\n" + SECRET[14:] + ") Tj")

def lzw(data):
    table, word, bits, width, count = {bytes([i]): i for i in range(256)}, b"", "", 9, 258
    bits += format(256, "09b")
    for byte in data:
        if word + bytes([byte]) in table:
            word += bytes([byte])
            continue
        bits += format(table[word], f"0{width}b")
        table[word + bytes([byte])] = count
        count += 1
        width = 12 if count >= 2048 else 11 if count >= 1024 else 10 if count >= 512 else 9
        word = bytes([byte])
    bits += format(table[word], f"0{width}b") + format(257, f"0{width}b")
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))

def run_length(data):
    return b"".join(bytes([len(data[i:i + 100]) - 1]) + data[i:i + 100] for i in range(0, len(data), 100)) + b"\x80"

LONG = b"".join(b"0 0 %d %d re f\n" % (i, 7 * i) for i in range(400)) + KERNED

documents = {
    "word, a secret over four runs": word(), "sheet": sheet(), "open document, a secret over five spans": odf_text(),
    "pdf of reportlab": page(SECRET, 1), "pdf of reportlab, plain": page(SECRET, 0), "pdf of fpdf": fpdf_page(),
    "pdf, kerned": pdf(KERNED), "pdf, kerned and deflated": pdf(zlib.compress(KERNED), " /Filter /FlateDecode"),
    "pdf, hexadecimal strings": pdf(HEX), "pdf, a letter at a time": pdf(LETTERS), "pdf, octal": pdf(OCTAL),
    "pdf, ASCII85 over Flate": pdf(base64.a85encode(zlib.compress(KERNED), wrapcol=60) + b"~>", " /Filter [ /ASCII85Decode /FlateDecode ]"),
    "pdf, ASCIIHex": pdf(KERNED.hex(" ").encode() + b">", " /Filter /ASCIIHexDecode"),
    "pdf, LZW": pdf(lzw(LONG), " /Filter/LZWDecode"), "pdf, run lengths": pdf(run_length(KERNED), " /Filter [/RL]"),
    "html": f"<p>The key is <b>{SECRET[:4]}</b>{SECRET[4:9]}<span class='x'><i>{SECRET[9:]}</i></span></p>".encode(),
    "html with comments": f"<p>The key is {SECRET[:4]}<!-- {'x' * 50} -->{SECRET[4:]}</p>".encode(),
    "xz": lzma.compress(LINE), "lzma": lzma.compress(LINE, lzma.FORMAT_ALONE), "zlib at the beginning": zlib.compress(LINE),
    "deflate at the beginning": zlib.compress(LINE)[2:-4], "brotli at the beginning": brotli.compress(LINE),
    "a part with zlib": b"--b\r\nContent-Encoding: deflate\r\n\r\n" + zlib.compress(LINE) + b"\r\n--b--\r\n",
}

import gzip
bodies = {
    "gzip": gzip.compress(LINE, mtime=0), "x-gzip": gzip.compress(LINE[:20], mtime=0) + gzip.compress(LINE[20:], mtime=0),
    "deflate": zlib.compress(LINE), "Deflate": zlib.compress(LINE)[2:-4], "br": brotli.compress(LINE),
    "zstd": zstandard.compress(LINE[:20]) + zstandard.compress(LINE[20:]), "identity": LINE,
    "deflate, gzip, br": brotli.compress(gzip.compress(zlib.compress(LINE)[2:-4], mtime=0)),
    "br, br, br, identity, br": brotli.compress(brotli.compress(brotli.compress(brotli.compress(LINE)))),
}

def messages(takes_over):
    packer = zlib.compressobj(wbits=-15)
    for text in [b"the key is", LINE, LINE]:
        yield (packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]
        if not takes_over: packer = zlib.compressobj(wbits=-15)

def table(name, doc, cases):
    yield f"/// {doc}"
    yield f"let {name}: [(name: String, text: String)] = ["
    for key, data in cases.items(): yield f'  ("{key}", "{base64.b64encode(data).decode()}"),'
    yield "]"

def texts(name, doc, cases):
    return [f"/// {doc}", f"let {name} = ["] + [f'  "{base64.b64encode(data).decode()}",' for data in cases] + ["]"]

lines = ["// Written by make-documents.py."]
lines += ["", *table("documentCases", "Documents and containers that hold the secret.", documents)]
lines += ["", *table("bodyCases", "The name of an encoding, and a body that has it.", bodies)]
lines += ["", *texts("messagesWithTakeover", "Three messages of permessage-deflate.", messages(True))]
lines += ["", *texts("messagesWithoutTakeover", "The same, each by itself.", messages(False))]
lines += ["", *texts("encryptedDocuments", "Of reportlab, with a password.", [page(SECRET, 1, StandardEncryption("owner", "user", strength=128))])]
(pathlib.Path(__file__).parent / "DocumentCases.swift").write_text("\n".join(lines) + "\n")
