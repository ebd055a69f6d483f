#!/usr/bin/env python3
"""Runs every grpcurl line we print or publish, as it stands, and looks at what comes back. Standard library only."""

import datetime
import json
import os
import re
import subprocess
import unittest

import hub

LINE_S = 60


def bash(lines, folder, **environment):
    """What the lines print, errors among it, and their exit code."""
    done = subprocess.run(["bash", "-uc", lines], cwd=folder, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=LINE_S, check=False)
    return done.stdout, done.returncode


class LinesOfDevUp(unittest.TestCase):
    """`./dev up` ends with what `./dev calls` prints."""

    @classmethod
    def setUpClass(cls):
        cls.hub = cls.enterClassContext(hub.running("grpcurl", organisations=["lambeth"]))

    def run_line(self, lines):
        printed, code = bash(lines, hub.REPOSITORY, NWD_HUB=str(self.hub.folder))
        self.assertEqual(0, code, f"{lines}\n{printed}")
        return printed

    def test_every_line_does_what_it_says(self):
        printed = self.run_line("./dev calls")
        lines = [line.strip() for line in printed.replace("\\\n", "").splitlines() if line.startswith("  ")]
        names = [line for line in lines if re.match(r"[a-z]+\(\)", line)]
        checks = {
            " list$": self.lists_services,
            "/ListOrganisations$": self.lists_the_admins,
            "/CreateOrganisation$": self.creates_an_organisation,
            "nwd import ": self.imports_the_sample,
            "/SearchServices$": self.finds_services,
            "/RegisterPerson$": self.registers_a_person,
        }
        for line in lines:
            if line in names:
                continue
            with self.subTest(line=line):
                fitting = [pattern for pattern in checks if re.search(pattern, line)]
                self.assertEqual(1, len(fitting), "one check a line")
                checks.pop(fitting[0])(self.run_line("\n".join([*names, line])))
        self.assertEqual({}, checks, "these were not printed")

        issue = re.search(r"More certificates: (.* pki issue .*--org <slug>)", printed).group(1)
        self.run_line(issue.replace("<slug>", "hackney"))
        self.assertTrue((self.hub.identity("hackney") / "tls.crt").exists())

    def lists_services(self, output):
        self.assertIn("nwd.directory.v1.OrganisationService", output.split())
        self.assertIn("grpc.health.v1.Health", output.split())

    def lists_the_admins(self, output):
        self.assertEqual(["hub-assurance", "hub-office"], [one["slug"] for one in json.loads(output)["organisations"]])

    def creates_an_organisation(self, output):
        # Reflection carries no JSON names, so grpcurl prints those of the protos.
        self.assertRegex(json.loads(output)["organisation_id"], r"^[0-9a-f-]{36}$")

    def imports_the_sample(self, output):
        self.assertIn("70 created", output)

    def finds_services(self, output):
        found = json.loads(output)
        self.assertEqual(found["totalSize"], len(found["results"]))
        self.assertTrue(all("distanceMetres" in result for result in found["results"]))

    def registers_a_person(self, output):
        self.assertRegex(json.loads(output)["personRef"], r"^p1_[a-z2-7]{26}$")


class Story:
    """A worked example of our pages: its lines run in order, its answers found in ours. What differs from hub to hub is learnt where an answer of the
    page shows it, and put into the lines that follow."""

    # What differs: ids, references, cursors, times.
    DIFFERS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|p1_[a-z2-7]{26}|(?<=\"cursor\": \")[\w-]+|\d{4}-\d\d-\d\dT[\d:.]+Z")
    DAY = re.compile(r"\b\d{4}-\d\d-\d\d(?=T|\b)")
    PORTS = {"7101": "directory", "7102": "consent", "7103": "referral", "7104": "outcome"}

    # Each story says: the page, the heading it stands under, the field that tells the day it was written, and who has a certificate.
    PAGE = HEADING = WRITTEN = ""
    ORGANISATIONS = []

    @classmethod
    def setUpClass(cls):
        cls.hub = cls.enterClassContext(hub.running(f"{cls.__name__}/hub", organisations=cls.ORGANISATIONS))
        text = (hub.REPOSITORY / "docs" / cls.PAGE).read_text().split(f"# {cls.HEADING}\n")[1]
        story = re.split(r"^##+ ", text, maxsplit=1, flags=re.MULTILINE)[0]
        blocks = re.findall(r"^```(sh|)\n(.*?)^```$", story, re.MULTILINE | re.DOTALL)
        cls.shorthand = blocks[0][1]
        cls.steps = [(block, blocks[at + 1][1]) for at, (language, block) in enumerate(blocks) if language == "sh" and at > 0]
        written = re.search(rf'"{cls.WRITTEN}": "(\d{{4}}-\d\d-\d\d)', story).group(1)
        cls.days_since = datetime.datetime.now(datetime.timezone.utc).date() - datetime.date.fromisoformat(written)
        sample = "".join(page.read_text() for page in (hub.REPOSITORY / "deploy" / "sample").glob("services-*.json"))
        cls.ours = {known: known for known in cls.DIFFERS.findall(story) if known in sample}  # by what the page has

    def later(self, text):
        """The page's days, as far from today as they were from the day it was written."""
        return self.DAY.sub(lambda day: str(datetime.date.fromisoformat(day.group()) + self.days_since), text)

    def run_lines(self, lines):
        for port, service in self.PORTS.items():
            lines = lines.replace(f"127.0.0.1:{port}", self.hub.addresses[service])
        lines = lines.replace(" deploy/", f" {hub.REPOSITORY}/deploy/")
        path = os.pathsep.join([os.path.dirname(os.environ["NWD"]), os.environ["PATH"]])
        return bash(self.shorthand + lines, self.hub.folder.parent, PATH=path)[0]

    def call_as_admin(self, method, **request):
        return json.loads(self.run_lines(f"as hub-office -d '{json.dumps(request)}' 127.0.0.1:7101 nwd.directory.v1.{method}"))

    def register_both(self):
        """Lambeth and Community Works, by the hub's office; their ids."""
        ids = {}
        for slug, name, kind in (("lambeth", "Lambeth Council", "BOROUGH"), ("community-works", "Community Works", "VCS")):
            made = self.call_as_admin("OrganisationService/CreateOrganisation", slug=slug, name=name, kind=f"ORGANISATION_KIND_{kind}")
            ids[slug] = made["organisation_id"]
        return ids

    def set_the_scene(self):
        """What the page says went before."""

    def test_every_line_answers_as_the_page_says(self):
        self.set_the_scene()
        for lines, answer in self.steps:
            said = self.run_lines(self.DIFFERS.sub(lambda found: self.ours.get(found.group(), found.group()), self.later(lines)))
            self.find(answer, said, lines)

    def find(self, answer, said, lines):
        """Every line of the page's answer is in ours, one after the other; items of a list in any order."""
        at = 0
        for line in filter(None, (line.strip().rstrip(",") for line in self.later(answer).splitlines())):
            found = self.pattern_of(line).search(said, at)
            self.assertIsNotNone(found, f"not found, in order: {line}\nafter: {lines}\nin: {said}")
            self.ours.update(zip(self.DIFFERS.findall(line), found.groups()))
            is_item = line.startswith('"') and '": ' not in line
            at = at if is_item else found.end()

    def pattern_of(self, line):
        """The line, with a group for each thing that differs: ours where we know it, else one that is none we know."""
        pattern, end = "", 0
        others = "|".join(map(re.escape, self.ours.values())) or "(?!)"
        for found in self.DIFFERS.finditer(line):
            value = re.escape(self.ours[found.group()]) if found.group() in self.ours else f"(?!{others}){self.DIFFERS.pattern}"
            pattern += re.escape(line[end:found.start()]) + f"({value})"
            end = found.end()
        return re.compile(pattern + re.escape(line[end:]))


class StoryOfIntegrating(Story, unittest.TestCase):
    PAGE, HEADING, WRITTEN = "integrating.md", "A worked example", "answer_time"
    ORGANISATIONS = ["lambeth", "community-works"]

    def set_the_scene(self):
        ids = self.register_both()
        feed_id = self.hub.import_sample()["feed_id"]
        providers = self.call_as_admin("FeedService/ListProviders", feed_id=feed_id, page_size=500)["providers"]
        provider = next(one for one in providers if one["name"] == "Sample Lambeth Adult Learning")
        self.call_as_admin("FeedService/LinkProvider", feed_id=feed_id, external_id=provider["external_id"], organisation_id=ids["community-works"])


class StoryOfRights(Story, unittest.TestCase):
    PAGE, HEADING, WRITTEN = "rights.md", "A worked example", "erase_time"
    ORGANISATIONS = ["lambeth", "community-works"]

    def set_the_scene(self):
        ids = self.register_both()
        in_a_year = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=365)
        self.call_as_admin("AgreementService/CreateAgreement", terms={
            "title": "Sample agreement on skills support", "party_organisation_ids": [ids["lambeth"], ids["community-works"]],
            "purposes": ["PURPOSE_SKILLS_TRAINING"], "categories": ["CATEGORY_IDENTITY"], "lawful_bases": ["LAWFUL_BASIS_PUBLIC_TASK"],
            "valid_until": f"{in_a_year:%Y-%m-%dT00:00:00Z}", "document_sha256": "a" * 64})


class StoryOfFeeds(Story, unittest.TestCase):
    PAGE, HEADING, WRITTEN = "operating.md", "A worked example", "import_time"
    ORGANISATIONS = ["community-works"]


if __name__ == "__main__":
    unittest.main()
