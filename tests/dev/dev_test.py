"""./dev, in a copy of its own, with small programs in place of the machine's: what it installs and how, and that two of
it do not spoil each other. `dev_test.py REPOSITORY`. Standard library only."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PATIENCE_S = 60

# All that ./dev calls besides what it installs. Each is in every Debian 12, however small.
COMMANDS = "bash awk cat comm dirname env flock grep head mkdir mktemp nproc readlink rm sed sh sleep sort tail tee touch tr"

# Each writes down how it was called, then does what the real one would.
PROGRAMS = {
    "dpkg-query": """for package in "$@"; do grep -qx -- "$package" "$STATE/installed" && echo "$package installed"
grep -qx -- "$package" "$STATE/half-removed" && echo "$package config-files"; done; exit 1""",
    "apt-get": """echo "apt-get $*" >>"$STATE/calls"
case "$1" in
  update) echo "Hit:1 somewhere"; [ ! -e "$STATE/offline" ] ;;
  install) for line in $(sed 's/ *$//' "$STATE/apt-says" 2>/dev/null); do echo "$line"; done
    [ ! -e "$STATE/apt-fails" ] || exit 100
    for package in "$@"; do echo "$package" >>"$STATE/installed"; done ;;
esac""",
    "sudo": 'echo "sudo $*" >>"$STATE/calls"; exec "$@"',
    "id": 'echo "${TEST_UID:-0}"',
    "cmake": 'while [ "$1" != -B ]; do shift; done; touch "$2/build.ninja"; echo "cmake" >>"$STATE/calls"',
    "ninja": """echo "ninja" >>"$STATE/calls"
[ ! -e "$STATE/gate" ] || { echo $$ >"$STATE/ninja-pid"; echo built >"$STATE/entered"; read -r opened <"$STATE/gate"; }
mkdir -p "$2/bin"; cp "$STATE/nwd" "$2/bin/nwd" 2>/dev/null || cat "$STATE/nwd" >"$2/bin/nwd"; chmod +x "$2/bin/nwd" """,
}

NWD = """#!/bin/sh
echo "nwd $*" >>"$STATE/calls"
case "$1 $2" in
  "hub status") [ -e "$STATE/up" ] || { echo "nwd: no hub runs from $4" >&2; exit 2; }
    echo "directory gRPC 127.0.0.1:7101"; [ ! -e "$STATE/ended" ] || { echo "consent gRPC 127.0.0.1:7102 ended"; exit 1; } ;;
  "hub up") touch "$STATE/up"; sleep 30 >/dev/null 2>&1 & echo $! >>"$STATE/left"; echo "directory gRPC 127.0.0.1:7101" ;;
  "hub down") [ -e "$STATE/up" ] || { echo "nwd: no hub runs from $4" >&2; exit 2; }; rm "$STATE/up"; echo "stopped" ;;
esac
"""

DEBIAN_12 = 'ID=debian\nVERSION_ID="12"\n'


def wanted():
    lines = (REPOSITORY / "deploy/packages-debian.txt").read_text().splitlines()
    return [name for name in (line.split("#")[0].strip() for line in lines) if name]


class Dev(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="nwd dev – ö "))   # a folder as people name them
        self.addCleanup(shutil.rmtree, self.folder)
        self.state, self.path = self.folder / "state", self.folder / "bin"
        for folder in (self.state, self.path, self.folder / "project/deploy"):
            folder.mkdir(parents=True)
        shutil.copy(REPOSITORY / "dev", self.folder / "project/dev")
        shutil.copy(REPOSITORY / "deploy/packages-debian.txt", self.folder / "project/deploy")
        for name in COMMANDS.split() + ["chmod", "cp"]:
            (self.path / name).symlink_to(shutil.which(name))
        for name, body in PROGRAMS.items():
            self.program(name, body)
        (self.state / "nwd").write_text(NWD)
        (self.state / "half-removed").write_text("")
        self.installed(wanted())
        self.os_release(DEBIAN_12)
        self.addCleanup(self.end_what_is_left)

    def end_what_is_left(self):
        left = self.state / "left"
        for pid in left.read_text().split() if left.exists() else []:
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass

    def program(self, name, body):
        path = self.path / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def installed(self, names):
        (self.state / "installed").write_text("".join(f"{name}\n" for name in names))

    def os_release(self, text):
        (self.state / "os-release").write_text(text)

    def environment(self, **more):
        return {"PATH": str(self.path), "STATE": str(self.state), "NWD_OS_RELEASE": str(self.state / "os-release"),
                "TMPDIR": str(self.folder), **more}

    def start(self, *arguments, cwd=None, **more):
        return subprocess.Popen([self.folder / "project/dev", *arguments], env=self.environment(**more), cwd=cwd or "/",
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                start_new_session=True)

    def dev(self, *arguments, **more):
        process = self.start(*arguments, **more)
        output, errors = process.communicate(timeout=PATIENCE_S)
        return process.returncode, output, errors

    def calls(self, *programs):
        path = self.state / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line for line in lines if not programs or line.split()[0] in programs]

    def succeeds(self, *arguments, **more):
        code, output, errors = self.dev(*arguments, **more)
        self.assertEqual(code, 0, output + errors)
        return output

    def refuses(self, *arguments, says, **more):
        code, output, errors = self.dev(*arguments, **more)
        self.assertEqual(code, 2, output + errors)
        self.assertIn(says, errors)
        self.assertEqual(self.calls("cmake", "ninja", "nwd"), [], "nothing is built or run")
        return errors


class Packages(Dev):
    def setUp(self):
        super().setUp()
        self.missing = ["g++", "libgrpc++-dev", "nlohmann-json3-dev"]

    def without_some(self):
        self.installed([name for name in wanted() if name not in self.missing])

    INSTALL = "apt-get install -y --no-install-recommends g++ libgrpc++-dev nlohmann-json3-dev"

    def test_what_is_missing_is_installed_by_name_in_one_go_as_root(self):
        self.without_some()
        output = self.succeeds("demo")
        self.assertEqual(self.calls("apt-get", "sudo"), ["apt-get update", self.INSTALL])
        self.assertEqual(output.count("Installing what the build needs: g++ libgrpc++-dev nlohmann-json3-dev"), 1)
        self.assertEqual(len(self.calls("nwd")), 1)
        self.succeeds("demo")
        self.assertEqual(len(self.calls("apt-get")), 2, "the second time nothing is missing")

    def test_by_sudo_for_anybody_else(self):
        self.without_some()
        output = self.succeeds("demo", TEST_UID="1000")
        self.assertEqual(self.calls("apt-get", "sudo"),
                         ["sudo apt-get update", "apt-get update",
                          "sudo env DEBIAN_FRONTEND=noninteractive " + self.INSTALL, self.INSTALL])
        self.assertIn("may ask for your password", output)

    def test_without_root_and_sudo_it_says_what_root_should_run(self):
        self.without_some()
        (self.path / "sudo").unlink()
        errors = self.refuses("demo", says="as root run: apt-get install g++ libgrpc++-dev", TEST_UID="1000")
        self.assertEqual(len(errors.splitlines()), 1)
        self.assertEqual(self.calls("apt-get"), [])

    def test_nothing_is_installed_where_nothing_is_missing(self):
        self.succeeds("demo")
        self.assertEqual(self.calls("apt-get", "sudo"), [])

    def test_what_was_removed_but_left_its_settings_is_missing(self):
        self.without_some()
        (self.state / "half-removed").write_text("\n".join(self.missing))
        self.succeeds("demo")
        self.assertEqual(self.calls("apt-get"), ["apt-get update", self.INSTALL])

    def test_a_list_that_cannot_be_refreshed_may_still_do(self):
        self.without_some()
        (self.state / "offline").touch()
        self.succeeds("demo")
        self.assertEqual(self.calls("apt-get"), ["apt-get update", self.INSTALL])

    def test_where_apt_fails_its_last_words_are_shown(self):
        self.without_some()
        (self.state / "apt-fails").touch()
        (self.state / "apt-says").write_text("\n".join([f"line-{i}" for i in range(100)] + ["E:no-such-package"]))
        errors = self.refuses("demo", says="E:no-such-package")
        self.assertNotIn("line-50\n", errors)
        log = re.search("its whole output is in (.+)", errors.splitlines()[-1]).group(1)
        self.assertIn("line-50\n", pathlib.Path(log).read_text())

    def test_elsewhere_than_on_debian_12_the_list_is_printed(self):
        self.without_some()
        for text in ('ID=ubuntu\nVERSION_ID="22.04"\n', 'ID=debian\nVERSION_ID="11"\n', ""):
            self.os_release(text)
            errors = self.refuses("demo", "--people", "20", says="NWD_SKIP_PACKAGES=1 ./dev demo --people 20")
            self.assertEqual([line.strip() for line in errors.splitlines() if line.startswith("  ")], wanted())
        self.os_release(DEBIAN_12)
        (self.path / "apt-get").unlink()
        self.refuses("demo", says="not Debian 12 with apt")
        (self.state / "os-release").unlink()
        self.refuses("demo", says="not Debian 12 with apt")
        self.assertEqual(self.calls("apt-get", "sudo"), [])
        self.succeeds("demo", NWD_SKIP_PACKAGES="1")

    def test_the_list_names_each_package_once_and_debian_12_has_it(self):
        names = wanted()
        self.assertEqual(len(names), len(set(names)))
        for name in names:
            self.assertRegex(name, r"^[a-z0-9][a-z0-9+.-]+$")
        release = pathlib.Path("/etc/os-release")
        if not shutil.which("apt-cache") or 'VERSION_ID="12"' not in (release.read_text() if release.exists() else ""):
            self.skipTest("this is not Debian 12")
        policy = subprocess.run(["apt-cache", "policy", *names], capture_output=True, text=True, check=True).stdout
        known = set(re.findall(r"^(\S+):\n +Installed: .*\n +Candidate: (?!\(none\))", policy, re.MULTILINE))
        if not known:
            self.skipTest("apt has no lists here: apt-get update")
        self.assertEqual(set(names) - known, set())


class OneAtATime(Dev):
    def gate(self):
        """ninja waits until the gate is opened."""
        for name in ("gate", "entered"):
            os.mkfifo(self.state / name)

    def entered(self):
        self.assertEqual((self.state / "entered").read_text(), "built\n")

    def open_gate(self):
        gate = self.state / "gate"
        with open(gate, "w") as writer:
            gate.unlink()   # for who comes later
            writer.write("open\n")

    def test_the_second_up_waits_for_the_first_and_finds_its_hub(self):
        self.gate()
        first = self.start("up")
        self.entered()
        second = self.start("up")
        self.assertIn("Another ./dev is at work", second.stdout.readline())
        self.open_gate()
        self.assertIn("A hub of four is up", first.communicate(timeout=PATIENCE_S)[0])
        self.assertIn("A hub runs already", second.communicate(timeout=PATIENCE_S)[0])
        self.assertEqual((first.returncode, second.returncode), (0, 0))
        self.assertEqual(len([call for call in self.calls("nwd") if call.startswith("nwd hub up")]), 1)

    def test_what_stays_up_does_not_keep_others_waiting(self):
        self.succeeds("up")
        self.assertIn("A hub runs already", self.succeeds("up"))
        self.assertIn("stopped", self.succeeds("down"))
        code, _, errors = self.dev("down")
        self.assertEqual((code, len(errors.splitlines())), (2, 1), errors)
        self.assertIn("no hub runs", errors)

    def test_down_waits_for_nobody_and_nobody_for_tests_that_run(self):
        self.succeeds("up")
        self.gate()
        self.program("ctest", 'echo tested >"$STATE/testing"; read -r opened <"$STATE/tests-gate"')
        for name in ("testing", "tests-gate"):
            os.mkfifo(self.state / name)
        tests = self.start("test")
        self.entered()
        self.assertIn("stopped", self.succeeds("down"), "while another builds")
        self.open_gate()
        self.assertEqual((self.state / "testing").read_text(), "tested\n")
        output = self.succeeds("up")
        self.assertIn("A hub of four is up", output)
        self.assertNotIn("Another ./dev", output)
        (self.state / "tests-gate").write_text("open\n")
        tests.communicate(timeout=PATIENCE_S)
        self.assertEqual(tests.returncode, 0)

    def test_interrupted_while_it_builds_it_leaves_nothing_running(self):
        self.gate()
        process = self.start("demo")
        self.entered()
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)
        self.assertNotEqual(process.returncode, 0)
        end = time.monotonic() + PATIENCE_S
        while (left := self.alive_in(process.pid)) and time.monotonic() < end:
            time.sleep(0.01)
        self.assertEqual(left, [])
        (self.state / "gate").unlink()
        self.succeeds("demo")

    @staticmethod
    def alive_in(group):
        """Processes of a group, but for those that only wait to be reaped."""
        alive = []
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                name, rest = path.read_text().rsplit(")", 1)
            except OSError:
                continue
            state, _, its_group = rest.split()[:3]
            if int(its_group) == group and state not in "ZX":
                alive.append(name.split("(", 1)[1])
        return alive


class Lines(Dev):
    """What is printed to be copied, and what is said to a mistake."""

    def test_each_line_can_be_copied_from_a_folder_with_spaces(self):
        hub = self.folder / "a hub/it's"
        hub.mkdir(parents=True)
        self.succeeds("up", NWD_HUB=str(hub))
        printed = self.succeeds("calls", NWD_HUB=str(hub))
        for name in ("grpcurl", "nwd"):
            self.program(name, 'for word in "$@"; do echo "$word"; done >>"$STATE/words"')
        names = re.findall(r"^  (\w+\(\) \{.*)$", printed, re.MULTILINE)
        self.assertEqual(len(names), 2, printed)
        (self.state / "words").write_text("")
        subprocess.run([self.path / "bash", "-euc", "\n".join([*names, "admin list", "lambeth list"])], env=self.environment(), check=True)
        words = (self.state / "words").read_text().splitlines()
        for word in (hub / "pki/ca/ca.crt", hub / "pki/org/hub-office/tls.key", hub / "pki/org/lambeth/tls.crt", self.folder / "project/proto"):
            self.assertIn(str(word), words)
        stop = re.search("To stop it: (.*)", printed).group(1)
        done = subprocess.run([self.path / "bash", "-euc", stop], env=self.environment(), cwd="/", capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"nwd hub down --folder {hub}", self.calls("nwd"))

    def test_calls_of_a_hub_of_which_a_part_has_ended_says_so(self):
        self.succeeds("up")
        (self.state / "ended").touch()
        code, _, errors = self.dev("calls")
        self.assertEqual(code, 2)
        self.assertIn("consent gRPC 127.0.0.1:7102 ended", errors)
        self.assertIn("./dev up starts what has ended", errors)

    def test_a_word_that_is_no_command_is_named(self):
        self.assertIn("no command 'bogus'", self.refuses("bogus", says="./dev demo"))

    def test_whoever_asked_for_json_gets_it_however_early_it_fails(self):
        self.os_release('ID="other"\n')
        code, output, _ = self.dev("demo", "--json")
        self.assertEqual((code, json.loads(output)["ok"]), (2, False), output)
        file = self.folder / 'a "file'
        file.touch()
        code, output, errors = self.dev("demo", "--json", NWD_BUILD=str(file), NWD_SKIP_PACKAGES="1")
        self.assertEqual(code, 2)
        self.assertEqual("dev: " + json.loads(output)["error"], errors.strip())
        _, output, _ = self.dev("demo", NWD_BUILD=str(file), NWD_SKIP_PACKAGES="1")
        self.assertEqual(output, "")


class Surroundings(Dev):
    def test_it_goes_from_any_folder_without_home_terminal_and_locale(self):
        for more in ({}, {"LANG": "C", "TERM": "dumb"}, {"LC_ALL": "POSIX", "NO_COLOR": "1"}):
            self.succeeds("demo", cwd=str(self.state), **more)
        link = self.folder / "a link"
        link.symlink_to(self.folder / "project/dev")
        done = subprocess.run([link, "demo"], env=self.environment(), cwd="/", capture_output=True, text=True, timeout=PATIENCE_S)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_build_folder_that_cannot_be_written_is_said(self):
        file = self.folder / "file"
        file.touch()
        for folder in (file, "/proc/nothing"):
            code, _, errors = self.dev("demo", NWD_BUILD=str(folder))
            self.assertEqual((code, len(errors.splitlines())), (2, 1), errors)
            self.assertIn("NWD_BUILD", errors)

    def test_a_build_that_fails_shows_why_and_where_the_rest_is(self):
        self.program("ninja", "echo '[1/2] x'; echo 'FAILED: x.o'; echo 'x.cc:1: error: nonsense'; exit 1")
        code, _, errors = self.dev("demo")
        self.assertEqual(code, 2, errors)
        self.assertIn("error: nonsense", errors)
        self.assertIn("build/build.log", errors)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        REPOSITORY = pathlib.Path(sys.argv.pop(1))
    unittest.main(verbosity=2)
