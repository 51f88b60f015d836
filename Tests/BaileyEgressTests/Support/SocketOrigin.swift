import BaileyLinux
import BaileyTestSupport

@testable import BaileyEgress

/// A WebSocket server of the Python library `websockets` on loopback. It echoes each message, and says `SECRET` to whoever says `tell`.
///
/// It ends when its scratch directory goes.
final class SocketOrigin: Sendable {
  private let scratch: Scratch
  let port: UInt16

  static var isPresent: Bool {
    mustIsolate || (try? Tool(PythonTools.python).run(["-c", "import kosoku, websockets"]).status) == 0
  }

  /// - Parameters:
  ///   - keys: whose certificate to use; without it in clear.
  ///   - compresses: whether `permessage-deflate` is taken.
  init(keys: SecureOrigin? = nil, compresses: Bool = true) throws {
    scratch = try Scratch()
    let folder = scratch.path
    try scratch.write(Self.program, to: "server.py")
    let words = ["server.py", keys?.path("leaf") ?? "", compresses ? "deflate" : ""]
    try startThread("origin") {
      let result = try? Tool(PythonTools.python, directory: folder).run(words)
      try? WholeFile.replace(folder + "/ended", with: Array("\(result?.errors ?? "")\n".utf8))
    }
    _ = try Tool("/bin/sh", directory: folder).run([
      "-c", "while ! [ -e port ] && ! [ -e ended ]; do sleep 0.02; done",
    ])
    port = UInt16((try? scratch.read("port")) ?? "") ?? 0
  }

  /// One line for each message that came: its length.
  var messages: [String] { ((try? scratch.read("messages")) ?? "").split(separator: "\n").map(String.init) }

  private static let program = """
    import asyncio, logging, os, ssl, sys
    import websockets.asyncio.server as server
    leaf, compression = sys.argv[1], sys.argv[2] or None
    context = None
    if leaf: context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain(leaf + '.pem', leaf + '.key')
    logging.disable()
    async def echo(socket):
        async for message in socket:
            with open('messages', 'a') as file: file.write(f'{len(message)}\\n')
            await socket.send('a SECRET' if message == 'tell' else message)
    async def main():
        async with server.serve(echo, '127.0.0.1', 0, ssl=context, compression=compression, max_size=None, ping_interval=None) as it:
            with open('port.new', 'w') as file: file.write(str(it.sockets[0].getsockname()[1]))
            os.rename('port.new', 'port')
            while os.path.exists('port'): await asyncio.sleep(0.2)
    asyncio.run(main())
    """
}
