"""What every call of every client meets: health, reflection, who may call, refusals that say everything at once, request ids, deadlines."""

import contextlib
import importlib
import json
import re
import unittest

import grpc
import hub
import world
from agency import CALL_S, SERVICE_CONFIG, Agency
from google.protobuf import descriptor_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from nwd.common.v1 import vocabulary_pb2 as words
from nwd.consent.v1 import person_service_pb2 as person
from nwd.directory.v1 import organisation_service_pb2 as organisation
from refused import refused

SERVICES = ("directory", "consent", "referral", "outcome")
SHORT_S = 0.3


def setUpModule():
    global here
    here = unittest.enterModuleContext(world.made("python-calls"))


def declared(service):
    """The RPC services that proto/ declares for one of ours, by full name, with the file each is in."""
    names = {}
    for path in (hub.REPOSITORY / "proto").glob(f"nwd/{service}/v1/*_service.proto"):
        file = importlib.import_module(f"nwd.{service}.v1.{path.stem}_pb2").DESCRIPTOR
        names |= {found.full_name: file for found in file.services_by_name.values()}
    return names


class Looking(unittest.TestCase):

    def test_every_service_says_that_it_serves(self):
        for service in SERVICES:
            health = health_pb2_grpc.HealthStub(here.lambeth.channels[service])
            for name in ("", *declared(service)):
                with self.subTest(service=service, name=name):
                    self.assertEqual(health_pb2.HealthCheckResponse.SERVING, health.Check(health_pb2.HealthCheckRequest(service=name)).status)
            with self.assertRaises(grpc.RpcError) as seen:
                health.Check(health_pb2.HealthCheckRequest(service="nwd.nowhere.v1.NoService"))
            self.assertEqual(grpc.StatusCode.NOT_FOUND, seen.exception.code())

    def test_reflection_shows_what_the_protos_declare(self):
        for service in SERVICES:
            with self.subTest(service=service):
                shown = ProtoReflectionDescriptorDatabase(here.lambeth.channels[service])
                names = set(shown.get_services())
                self.assertLessEqual(declared(service).keys(), names)
                foreign = {name for name in names - declared(service).keys() if name.startswith("nwd.") and not name.startswith("nwd.common.")}
                self.assertEqual(set(), foreign, "a service shows another's RPC services")
                for name, file in declared(service).items():
                    ours = descriptor_pb2.FileDescriptorProto()
                    file.CopyToProto(ours)
                    theirs = shown.FindFileContainingSymbol(name)
                    self.assertEqual([one.name for one in ours.message_type], [one.name for one in theirs.message_type])
                    self.assertEqual(ours.service, theirs.service)


class Documented(unittest.TestCase):

    def test_the_service_config_is_the_one_that_integrators_are_given(self):
        page = (hub.REPOSITORY / "docs" / "integrating.md").read_text()
        self.assertEqual(json.loads(re.search(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL).group(1)), SERVICE_CONFIG)


class WhoMayCall(unittest.TestCase):

    def test_what_is_for_admins_is_refused_to_an_agency(self):
        with refused(self, grpc.StatusCode.PERMISSION_DENIED, "DENIED") as seen:
            here.lambeth.organisations.CreateOrganisation(
                organisation.CreateOrganisationRequest(slug="mine", name="Mine", kind=words.ORGANISATION_KIND_VCS))
        self.assertEqual({}, seen[0].violations)

    def test_a_certificate_that_the_registry_does_not_know_opens_nothing(self):
        newcomer = self.enterContext(contextlib.closing(Agency(here.hub, "newcomer")))
        with refused(self, grpc.StatusCode.UNAUTHENTICATED, "UNKNOWN_IDENTITY"):
            newcomer.organisations.ListOrganisations(organisation.ListOrganisationsRequest())

    def test_without_a_certificate_there_is_no_connection(self):
        nobody = grpc.ssl_channel_credentials(here.hub.authority.read_bytes())
        with grpc.secure_channel(here.hub.addresses["directory"], nobody) as channel, self.assertRaises(grpc.RpcError) as seen:
            health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=CALL_S)
        self.assertEqual(grpc.StatusCode.UNAVAILABLE, seen.exception.code())

    def test_a_call_about_a_person_names_the_practitioner(self):
        for said in ([("nwd-practitioner", "two words")], []):
            with self.subTest(said=said), refused(self, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST") as seen:
                here.lambeth.people.FindPerson(person.FindPersonRequest(nino="AB123456C"), metadata=said)
            self.assertEqual(["metadata nwd-practitioner"], list(seen[0].violations))


class Refusals(unittest.TestCase):

    def test_everything_wrong_with_a_request_is_said_at_once_and_nothing_of_the_person_repeated(self):
        details = person.PersonDetails(date_of_birth="31/01/1990", postcode="not a postcode")
        with refused(self, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST") as seen:
            here.lambeth.people.RegisterPerson(person.RegisterPersonRequest(request_id="7", details=details))
        fields = ["request_id", "details.full_name", "details.date_of_birth", "details.postcode"]
        self.assertCountEqual(fields, seen[0].violations)
        self.assertTrue(all(seen[0].violations.values()), "each says what would be right")
        said = " ".join([seen[0].message, *seen[0].violations.values(), *seen[0].metadata.values()])
        self.assertNotIn("31/01/1990", said)
        self.assertNotIn("not a postcode", said)

    def test_every_value_a_refusal_mentions_is_in_its_metadata(self):
        with refused(self, grpc.StatusCode.ALREADY_EXISTS, "SLUG_TAKEN") as seen:
            here.create_organisation("lambeth", words.ORGANISATION_KIND_BOROUGH)
        self.assertIn("lambeth", seen[0].metadata.values())


class RequestIds(unittest.TestCase):

    def test_the_same_request_again_gets_the_same_answer_and_has_its_effect_once(self):
        request = organisation.CreateOrganisationRequest(
            request_id=world.request_id(), slug="asked-twice", name="Asked Twice", kind=words.ORGANISATION_KIND_VCS)
        first = here.admin.organisations.CreateOrganisation(request)
        self.assertEqual(first, here.admin.organisations.CreateOrganisation(request))
        request.name = "Something else"
        with refused(self, grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED") as seen:
            here.admin.organisations.CreateOrganisation(request)
        self.assertEqual(request.request_id, seen[0].metadata["request_id"])
        kept = here.admin.organisations.GetOrganisation(organisation.GetOrganisationRequest(slug="asked-twice")).organisation
        self.assertEqual((first.organisation_id, first.etag, "Asked Twice"), (kept.organisation_id, kept.etag, kept.name))


class Deadlines(unittest.TestCase):

    def test_a_watch_with_nothing_new_ends_at_its_deadline(self):
        seen = []
        with self.assertRaises(grpc.RpcError) as ended:
            for answer in here.stranger.organisations.WatchOrganisations(organisation.WatchOrganisationsRequest(), timeout=SHORT_S):
                seen.append(answer.organisation.slug)
        self.assertEqual(grpc.StatusCode.DEADLINE_EXCEEDED, ended.exception.code())
        self.assertIn("stranger", seen)


if __name__ == "__main__":
    unittest.main()
