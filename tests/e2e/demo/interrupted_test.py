"""`nwd demo` that is interrupted, and two of it at once. `interrupted_test.py NWD FOLDER`. Standard library only."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import unittest

NWD, FOLDER = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))
PATIENCE_S = 120
SURROUNDINGS = {name: value for name, value in os.environ.items() if name != "HOME"} | {"LANG": "C", "TERM": "dumb"}


def running_from(folder):
    """Processes whose command line names the folder."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if any(str(folder).encode() in word for word in words) and b"nwd-" in words[0]:
            found.append(words[0].decode())
    return found


def default_interrupt():
    signal.signal(signal.SIGINT, signal.SIG_DFL)   # a shell's background jobs have it ignored


class Interrupted(unittest.TestCase):
    def setUp(self):
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        self.folder = FOLDER / "demo"
        self.addCleanup(shutil.rmtree, FOLDER)

    def start(self, *options):
        return subprocess.Popen([NWD, "demo", "--people", "20", "--folder", self.folder, *options], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
                                preexec_fn=default_interrupt, env=SURROUNDINGS)

    def until_it_tells(self, process, steps=4):
        while steps:
            line = process.stdout.readline()
            self.assertTrue(line, "the demo ended early")
            steps -= "✓" in line

    def test_it_stops_its_hub_says_so_and_nothing_more(self):
        process = self.start()
        self.until_it_tells(process)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, 130, output + errors)
        self.assertEqual(output.strip().splitlines()[-1], "stopping the hub …")
        self.assertNotIn("✗", output)
        self.assertEqual(errors, "")
        self.assertEqual(running_from(self.folder), [])
        self.assertFalse((self.folder / "hub.json").exists())

    def test_whoever_asked_for_json_gets_one_object_last(self):
        process = self.start("--json")
        self.until_it_tells(process)
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, 130, output + errors)
        self.assertEqual(json.loads(output.splitlines()[-1]), {"ok": False, "error": "the demo was interrupted"})

    def test_interrupted_at_any_moment_of_its_start_it_leaves_nothing_running(self):
        for wait_s in (0.02, 0.2, 0.5):
            process = self.start()
            time.sleep(wait_s)   # there is no event to wait for: the moment itself is what is tried
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=PATIENCE_S)
            self.assertNotEqual(process.returncode, 0)
            self.assertEqual(running_from(self.folder), [], wait_s)

    def test_a_second_one_in_the_same_folder_is_refused_and_the_first_goes_on(self):
        first = self.start()
        self.until_it_tells(first, steps=1)
        second = self.start()
        output, errors = second.communicate(timeout=PATIENCE_S)
        self.assertEqual(second.returncode, 2, output + errors)
        self.assertRegex(errors, r"^nwd demo: (another demo|a hub) runs (in|from) [^\n]*\n$")
        output, errors = first.communicate(timeout=PATIENCE_S)
        self.assertEqual(first.returncode, 0, output + errors)

    def test_after_one_that_was_killed_the_next_goes_at_once(self):
        first = self.start()
        self.until_it_tells(first)
        first.kill()
        second = self.start()   # while the services of the first are still ending
        output, errors = second.communicate(timeout=PATIENCE_S)
        self.assertEqual((second.returncode, errors), (0, ""), output)
        first.communicate(timeout=PATIENCE_S)
        self.assertEqual(running_from(self.folder), [])

    def test_two_that_begin_at_the_same_moment_do_not_spoil_each_other(self):
        both = [self.start(), self.start()]
        said = [process.communicate(timeout=PATIENCE_S) for process in both]
        self.assertEqual(sorted(process.returncode for process in both), [0, 2], said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
