"""A line between a client and a service that a test can hold, cut and lay anew; it sees bytes only, for the two talk TLS through it.

    with Wire("127.0.0.1:7101") as wire:
        channel = grpc.secure_channel(wire.address, …)
        wire.hold_answers()     # what the service says waits
        wire.cut()              # … and is lost; the next connection passes everything again
"""

import socket
import threading

_CHUNK_BYTES = 64 * 1024


class Wire:

    def __init__(self, target):
        self.target = target
        self.connections = 0  # so far
        self._sockets = []
        self._answers_pass = threading.Event()
        self._answers_pass.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        _shut(self._listener)
        self.cut()

    def hold_answers(self):
        self._answers_pass.clear()

    def release_answers(self):
        self._answers_pass.set()

    def cut(self):
        """Ends every connection; answers that were held never arrive."""
        while self._sockets:
            _shut(self._sockets.pop())
        self.release_answers()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                host, port = self.target.rsplit(":", 1)
                service = socket.create_connection((host, int(port)))
            except OSError:
                client.close()  # nobody listens there: the client hears it as from the service itself
                continue
            self.connections += 1
            self._sockets += [client, service]
            threading.Thread(target=self._carry, args=(client, service, None), daemon=True).start()
            threading.Thread(target=self._carry, args=(service, client, self._answers_pass), daemon=True).start()

    @staticmethod
    def _carry(source, sink, gate):
        try:
            while chunk := source.recv(_CHUNK_BYTES):
                if gate:
                    gate.wait()
                sink.sendall(chunk)
        except OSError:
            pass  # cut, or one side has gone
        _shut(source)
        _shut(sink)


def _shut(end):
    try:
        end.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads from it
    except OSError:
        pass
    end.close()
