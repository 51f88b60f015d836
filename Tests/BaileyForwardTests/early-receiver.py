"""A syslog receiver that ends its side before it has read anything: early-receiver.py PORT tcp|tls half|close FOLDER."""
import socket, ssl, sys

port, scheme, manner, folder = int(sys.argv[1]), *sys.argv[2:5]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder + "/leaf.pem", folder + "/leaf.key")
listener = socket.create_server(("127.0.0.1", port))
# What is sent does not fit, so that nothing of the kernel's can look like an acknowledgement.
listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
held = []
while True:
    connection, _ = listener.accept()
    try:
        if scheme == "tls":
            connection = context.wrap_socket(connection, server_side=True)
            # The end of TLS at once; what the other side says is not waited for.
            connection.setblocking(False)
            try:
                connection.unwrap()
            except OSError:
                pass
        if manner == "half":
            connection.shutdown(socket.SHUT_WR)
            held.append(connection)
        else:
            connection.close()
    except OSError:
        pass
