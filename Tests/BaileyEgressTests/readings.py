"""How servers and clients read a stream of HTTP/1 messages: strictly, and in the lenient ways that smuggling lives on.

Reads a JSON list of streams in hexadecimal from standard input; writes for each the readings of each reader: the messages that are whole (method
or status, target, Host, digest of the body) and how the rest ends. Usage: readings.py request|answer
"""
import hashlib, http.client, io, json, re, sys
import h11


def digest(body): return f'{len(body)}:{hashlib.sha256(body).hexdigest()[:12]}'


def strictly(data, isAnswer):
    """h11 in the role of the receiver."""
    found, connection = [], h11.Connection(h11.CLIENT if isAnswer else h11.SERVER)
    def ask():
        if isAnswer: connection.send(h11.Request(method='GET', target='/', headers=[('Host', 'a')])); connection.send(h11.EndOfMessage())
    ask()
    connection.receive_data(data)
    connection.receive_data(b'')
    head, body = None, b''
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Request):
                host = [v for k, v in event.headers if k == b'host']
                head = [event.method.decode(), event.target.decode(), b','.join(host).decode()]
            elif isinstance(event, h11.Response): head = [event.status_code]
            elif isinstance(event, h11.Data): body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                found.append(head + [digest(body)])
                head, body = None, b''
                if not isAnswer:
                    connection.send(h11.Response(status_code=200, headers=[('content-length', '0')]))
                    connection.send(h11.EndOfMessage())
                if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE: return found
                connection.start_next_cycle()
                ask()
            elif event is h11.PAUSED: return found
            elif isinstance(event, h11.ConnectionClosed) or event is h11.NEED_DATA: return found
    except h11.RemoteProtocolError: return found


class Lenient:
    """What it takes for a line, a field's name, a length and a chunk differs from reader to reader."""
    def __init__(self, line, joins, prefersLength, takesLast, anyChunked):
        self.line, self.joins, self.prefersLength, self.takesLast, self.anyChunked = line, joins, prefersLength, takesLast, anyChunked

    def read(self, data, isAnswer):
        found = []
        while data:
            match = re.search(b'(?:' + self.line + b')(?:' + self.line + b')', data)
            if not match: return found
            lines, data = re.split(self.line, data[:match.start()]), data[match.end():]
            fields = self.fields(lines[1:])
            body, data = self.body(fields, data, isAnswer, lines[0])
            if body is None: return found
            words = lines[0].split()
            if isAnswer: found.append([int(words[1]) if len(words) > 1 and words[1].isdigit() else -1, digest(body)])
            else: found.append([w.decode('latin-1') for w in words[:2]] + [b','.join(fields.get(b'host', [])).decode('latin-1'), digest(body)])
            if isAnswer and found[-1][0] < 200 and found[-1][0] != 101: found.pop()
        return found

    def fields(self, lines):
        joined = []
        for line in lines:
            if self.joins and line[:1] in (b' ', b'\t') and joined: joined[-1] += b' ' + line
            else: joined.append(line)
        fields = {}
        for line in joined:
            name, _, value = line.partition(b':')
            name = bytes(c for c in name.lower() if 33 <= c < 127).replace(b'_', b'-')
            fields.setdefault(name, []).append(value.strip(bytes(range(33)) + b'\x7f\x85\xa0"'))
        return fields

    def body(self, fields, data, isAnswer, first):
        codings = b','.join(fields.get(b'transfer-encoding', [])).lower()
        chunked = b'chunked' in codings if self.anyChunked else codings.split(b',')[-1].strip() == b'chunked'
        lengths = [n for v in fields.get(b'content-length', []) for n in re.findall(rb'\d+', v)]
        status = int(first.split()[1]) if isAnswer and len(first.split()) > 1 and first.split()[1].isdigit() else 0
        if isAnswer and (100 <= status < 200 or status in (204, 304)): return b'', data
        if chunked and not (self.prefersLength and lengths): return self.chunks(data)
        if lengths:
            length = int(lengths[-1 if self.takesLast else 0])
            return (data[:length], data[length:]) if len(data) >= length else (None, b'')
        return (data, b'') if isAnswer else (b'', data)

    def chunks(self, data):
        body = b''
        while True:
            match = re.search(self.line, data)
            if not match: return None, b''
            digits = re.match(rb'[^0-9A-Fa-f]*([0-9A-Fa-f]*)', data[:match.start()]).group(1)
            size, data = int(digits or b'0', 16), data[match.end():]
            if size == 0: break
            if len(data) < size: return None, b''
            body, data = body + data[:size], data[size:]
            match = re.match(self.line, data)
            data = data[match.end():] if match else data
        while True:
            match = re.search(self.line, data)
            if not match: return None, b''
            isEmpty, data = match.start() == 0, data[match.end():]
            if isEmpty: return body, data


def python(data, isAnswer):
    """Lines and fields as Python's own modules for servers and clients read them, the body by the first length."""
    found, stream = [], io.BytesIO(data)
    while True:
        line = stream.readline()
        if not line.strip(): return found
        try: headers = http.client.parse_headers(stream)
        except http.client.HTTPException: return found
        words = line.decode('latin-1').split()
        codings = headers.get('Transfer-Encoding', '').lower()
        rest = data[stream.tell():]
        status = int(words[1]) if isAnswer and len(words) > 1 and words[1].isdigit() else 0
        if isAnswer and (100 <= status < 200 or status in (204, 304)): body, rest = b'', rest
        elif codings == 'chunked': body, rest = PLAIN.chunks(rest)
        elif 'Content-Length' in headers:
            try: length = int(headers['Content-Length'])
            except ValueError: return found
            body, rest = (rest[:length], rest[length:]) if len(rest) >= length >= 0 else (None, b'')
        else: body, rest = (rest, b'') if isAnswer else (b'', rest)
        if body is None: return found
        if isAnswer: found.append([status, digest(body)])
        else: found.append([words[0], words[1] if len(words) > 1 else '', headers.get('Host', ''), digest(body)])
        if isAnswer and status < 200 and status != 101: found.pop()
        data = rest
        stream = io.BytesIO(data)


PLAIN = Lenient(rb'\r?\n', False, False, False, False)
READERS = {
    'strict': strictly, 'python': python,
    'lenient': lambda d, a: Lenient(rb'\r?\n', True, False, False, True).read(d, a),
    'length first': lambda d, a: Lenient(rb'\r?\n', False, True, True, True).read(d, a),
    'any line end': lambda d, a: Lenient(rb'\r\n|\r(?!\n)|\n', True, False, True, True).read(d, a),
    'plain': lambda d, a: PLAIN.read(d, a),
}
isAnswer = sys.argv[1] == 'answer'
streams = [bytes.fromhex(text) for text in json.load(sys.stdin)]
json.dump([{name: reader(stream, isAnswer) for name, reader in READERS.items()} for stream in streams], sys.stdout)
