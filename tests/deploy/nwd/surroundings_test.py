"""What `nwd` says where its surroundings are not as it needs them: one sentence and an exit code, never a crash.
`surroundings_test.py NWD FOLDER`. Standard library only."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import unittest

NWD, FOLDER = pathlib.Path(sys.argv.pop(1)), pathlib.Path(sys.argv.pop(1))
PATIENCE_S = 120
NOBODY = 65534


def as_nobody():
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


class Surroundings(unittest.TestCase):
    def setUp(self):
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        self.addCleanup(shutil.rmtree, FOLDER)

    def nwd(self, *words, environment=None, **more):
        more = {"stdout": subprocess.PIPE, "cwd": FOLDER, **more}
        done = subprocess.run([NWD, *map(str, words)], env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S, check=False, **more)
        return done.returncode, done.stdout, done.stderr

    def refuses(self, *words, says, code=2, **more):
        seen, _, errors = self.nwd(*words, **more)
        self.assertEqual((seen, errors.count("\n")), (code, 1), errors)
        self.assertRegex(errors, "^nwd.*: .*" + says)
        return errors

    def another_users(self):
        """A folder that nobody may look into, and a user who may not."""
        if os.getuid() != 0:
            self.skipTest("only root can be somebody else")
        try:
            subprocess.run([NWD, "--version"], stdout=subprocess.DEVNULL, preexec_fn=as_nobody, check=True)
        except (OSError, subprocess.SubprocessError):
            self.skipTest(f"others may not run {NWD}")
        folder = FOLDER / "closed"
        folder.mkdir(mode=0o700)
        return folder

    def test_a_path_that_is_empty_is_refused_for_every_option(self):
        for words in (["hub", "up", "--folder", ""], ["hub", "down", "--folder", ""], ["keys", "create", "--file", ""], ["demo", "--feed", ""],
                      ["demo", "--folder", ""], ["pki", "init", "--folder", ""], ["import", "x", "--feed", "y", "--tls", ""],
                      ["import", "", "--feed", "y"]):
            self.refuses(*words, says="must not be empty")
        self.assertEqual(list(FOLDER.iterdir()), [])

    def test_a_name_that_no_file_can_have(self):
        long = "x" * 300
        for words in (["keys", "create", "--file", long], ["hub", "up", "--folder", long], ["hub", "status", "--folder", long],
                      ["pki", "init", "--folder", long], ["demo", "--folder", long], ["import", long, "--feed", "y"]):
            self.refuses(*words, says="")

    def test_another_users_folder(self):
        closed = self.another_users()
        (closed / "ca").mkdir()
        key = closed / "hub.key"
        self.refuses("keys", "create", "--file", key, says="Permission denied", preexec_fn=as_nobody)
        self.refuses("pki", "issue", "--folder", closed, "--org", "lambeth", says="cannot look into .*Permission denied", preexec_fn=as_nobody)
        self.refuses("hub", "up", "--folder", closed, says="Permission denied", preexec_fn=as_nobody)
        self.refuses("hub", "down", "--folder", closed, says="another user's", preexec_fn=as_nobody)
        self.refuses("demo", "--feed", closed / "feed", says="Permission denied", preexec_fn=as_nobody)

    def test_a_page_that_may_not_be_read_is_not_called_empty(self):
        closed = self.another_users()
        closed.chmod(0o755)
        page = closed / "page.json"
        page.write_text('{"contents": []}')
        page.chmod(0o600)
        for feed in (page, closed):
            self.refuses("demo", "--feed", feed, says="page.json: the page cannot be read: Permission denied", preexec_fn=as_nobody)

    def test_the_current_folder_is_gone(self):
        gone = FOLDER / "gone"
        gone.mkdir()
        for words in (["hub", "up"], ["hub", "down"]):
            self.refuses(*words, says="", cwd=gone, preexec_fn=lambda: shutil.rmtree(gone, ignore_errors=True))
            gone.mkdir(exist_ok=True)

    def test_no_place_for_temporary_folders(self):
        self.refuses("demo", says="TMPDIR", environment={"TMPDIR": str(FOLDER / "nowhere")})

    def test_what_cannot_be_written_to_stdout_is_a_failure(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            self.refuses("keys", "create", "--file", FOLDER / "hub.key", says="could not be written to stdout", code=1, stdout=full)

    def test_a_demo_that_cannot_begin_says_so_in_json_too(self):
        code, output, errors = self.nwd("demo", "--json", "--feed", FOLDER / "nowhere")
        report = json.loads(output)
        self.assertEqual((code, report["ok"]), (2, False))
        self.assertEqual(errors, f"nwd demo: {report['error']}\n")

    def test_a_hub_whose_key_is_lost_gets_no_other(self):
        (FOLDER / "hub/data/consent").mkdir(parents=True)
        self.refuses("hub", "up", "--folder", FOLDER / "hub", "--any-ports", says="hub.key is not there: restore it from its backup")
        self.assertFalse((FOLDER / "hub/hub.key").exists())
        self.assertFalse((FOLDER / "hub/pki").exists(), "nothing is made")

    def test_a_port_in_use_is_named_and_what_to_do(self):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", 7101))
                listener.listen()
            except OSError:
                pass   # somebody else has it already
            self.refuses("hub", "up", "--folder", FOLDER / "hub", says="port 7101, .*is in use by .*--any-ports")
            self.refuses("demo", "--keep", "--folder", FOLDER / "demo", says="port 7101, .*is in use by .*without --keep")
        self.assertFalse((FOLDER / "demo").exists())

    def test_an_entry_of_the_file_that_is_no_option_is_named_with_the_file(self):
        file = FOLDER / "hub.toml"
        file.write_text('[import]\nhup = "x"\n')
        self.refuses("--config", file, "import", "x", "--feed", "y", says=f"'import.hup' in {file}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
