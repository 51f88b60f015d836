"""An OTLP receiver that writes the indices it was sent to a file, synced, before it acknowledges them: collector.py PORT FILE"""
import http.server, json, os, sys

out = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        records = request["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
        for record in records:
            index = next(a["value"]["intValue"] for a in record["attributes"] if a["key"] == "bailey.log.index")
            os.write(out, (index + "\n").encode())
        os.fsync(out)
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
