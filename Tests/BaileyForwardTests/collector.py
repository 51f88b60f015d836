"""An OTLP receiver that writes the indices it was sent to a file, synced, before it acknowledges them.

collector.py PORT FILE [CERTIFICATE KEY AUTHORIZATION]: with the latter over TLS, and 401 without that header.
"""
import http.server, json, os, ssl, sys

out = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
wanted = sys.argv[5] if len(sys.argv) > 5 else None


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.headers["authorization"] != wanted:
            return self.answer(401)
        for record in request["resourceLogs"][0]["scopeLogs"][0]["logRecords"]:
            index = next(a["value"]["intValue"] for a in record["attributes"] if a["key"] == "bailey.log.index")
            os.write(out, (index + "\n").encode())
        os.fsync(out)
        self.answer(200)

    def answer(self, status):
        self.send_response(status)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
if wanted:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
