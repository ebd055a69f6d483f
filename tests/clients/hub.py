#!/usr/bin/env python3
"""A real hub to talk to: the four programs on free ports, in a folder of their own, ended however the test ends. Standard library only.

    with hub.running("python", organisations=["lambeth"]) as here:
        here.addresses["directory"]     # "127.0.0.1:41013"
        here.identity("lambeth")        # the folder of its certificate and key

    hub.py NAME -- COMMAND…             # the same around a command, which finds the hub in NWD_TEST_HUB (JSON)

The environment says where: NWD is the operator's program, NWD_CLIENTS_FOLDER holds a folder for each hub. The folder stays for its logs; what an
earlier test left running from it, because it was killed, is ended first.
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
TEST_S_MAX = 240  # a test that takes longer is ended by itself, and its hub with it


def nwd(*arguments):
    """Runs the operator's program and answers what it printed. It bounds its own time; it is never interrupted, for it would leave processes behind."""
    with subprocess.Popen([os.environ["NWD"], *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          start_new_session=True) as process:
        printed, said = process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"nwd {' '.join(map(str, arguments))}: exit code {process.returncode}: {said.strip()}")
    return printed


class Hub:
    """A hub in a folder: up or down."""

    def __init__(self, folder, organisations=()):
        self.folder = pathlib.Path(folder)
        self.addresses = {}  # by service: "directory", …
        self._organisations = organisations

    def up(self):
        of = ["--org", ",".join(self._organisations)] if self._organisations else []
        services = json.loads(nwd("hub", "up", "--folder", self.folder, "--any-ports", "--json", *of))["services"]
        self.addresses = {name: f"127.0.0.1:{service['grpc_port']}" for name, service in services.items()}

    def down(self):
        if (self.folder / "hub.json").exists():
            nwd("hub", "down", "--folder", self.folder)

    def import_sample(self):
        """The sample directory; answers what the import did."""
        return json.loads(nwd("import", REPOSITORY / "deploy/sample", "--feed", "sample", "--hub", self.folder, "--json"))

    def identity(self, slug):
        return self.folder / "pki" / "org" / slug

    @property
    def authority(self):
        return self.folder / "pki" / "ca" / "ca.crt"


def _end(number, _):
    raise SystemExit(f"ended by {signal.Signals(number).name}")


@contextlib.contextmanager
def running(name, organisations=()):
    """A hub, for as long as the block lasts. Signals, the one that time is up among them, end the block like an exception."""
    for number in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(number, _end)
    signal.alarm(TEST_S_MAX)
    here = Hub(pathlib.Path(os.environ["NWD_CLIENTS_FOLDER"]) / name, organisations)
    here.down()
    shutil.rmtree(here.folder, ignore_errors=True)
    try:
        here.up()
        yield here
    finally:
        here.down()


def main(name, separator, *command):
    if separator != "--":
        raise SystemExit(__doc__)
    with running(name, organisations=["lambeth"]) as here:
        here.import_sample()
        known = {"addresses": here.addresses, "authority": str(here.authority), "identities": str(here.folder / "pki" / "org")}
        return subprocess.run(command, env={**os.environ, "NWD_TEST_HUB": json.dumps(known)}, timeout=TEST_S_MAX / 2).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
