"""Answers that are lost, deadlines that pass and a hub that is restarted, as a client meets them that does what agency.py does: a deadline, a request_id
and a retry policy; watches resumed by their cursor."""

import concurrent.futures
import contextlib
import itertools
import threading
import unittest

import grpc
import hub
from agency import Agency
from nwd.common.v1 import vocabulary_pb2 as words
from nwd.directory.v1 import organisation_service_pb2 as organisation
from wire import Wire
from world import following, request_id

SHORT_S = 0.3
WRITERS = 16  # enough that some calls come too late for a hub that goes down
CALLS_EACH_SIDE = 100  # of the restart
CUT_OFF = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)


def new_organisation(slug):
    return organisation.CreateOrganisationRequest(request_id=request_id(), slug=slug, name=slug, kind=words.ORGANISATION_KIND_VCS)


class Interrupted(unittest.TestCase):

    def setUp(self):
        self.hub = self.enterContext(hub.running("python-interrupted"))
        self.wire = self.enterContext(Wire(self.hub.addresses["directory"]))
        over_the_wire = {**self.hub.addresses, "directory": self.wire.address}
        self.admin = self.enterContext(contextlib.closing(Agency(self.hub, "hub-office", over_the_wire)))
        self.registered()  # the connection stands

    def registered(self):
        return self.admin.organisations.ListOrganisations(organisation.ListOrganisationsRequest(page_size=500)).organisations

    def watch(self, agency, cursor=""):
        return following(agency.organisations.WatchOrganisations(organisation.WatchOrganisationsRequest(cursor=cursor)))

    def test_a_call_whose_answer_was_lost_is_tried_again_and_answered_as_the_first_time(self):
        at_the_hub = self.enterContext(contextlib.closing(Agency(self.hub, "hub-assurance")))
        with self.watch(at_the_hub) as registry:
            self.wire.hold_answers()
            call = self.admin.organisations.CreateOrganisation.future(new_organisation("lost-answer"))
            made = next(answer.organisation for answer in registry if answer.organisation.slug == "lost-answer")
            self.assertFalse(call.done())
            self.wire.cut()
            self.assertEqual((made.organisation_id, made.etag), (call.result().organisation_id, call.result().etag))
        self.assertEqual(2, self.wire.connections)

    def test_what_passed_its_deadline_is_asked_again_with_the_same_request_id(self):
        request = new_organisation("late-answer")
        self.wire.hold_answers()
        with self.assertRaises(grpc.RpcError) as late:
            self.admin.organisations.CreateOrganisation(request, timeout=SHORT_S)
        self.assertEqual(grpc.StatusCode.DEADLINE_EXCEEDED, late.exception.code())
        self.wire.release_answers()
        made = self.admin.organisations.CreateOrganisation(request)
        self.assertEqual([made.organisation_id], [one.organisation_id for one in self.registered() if one.slug == "late-answer"])

    def test_a_restart_of_the_hub_costs_time_and_nothing_else(self):
        with self.watch(self.admin) as registry:
            before = [next(registry) for _ in range(2)]  # the two admins
            made = self._create_organisations_across_a_restart()
            with self.assertRaises(grpc.RpcError) as ended:
                before.extend(registry)
        self.assertIn(ended.exception.code(), CUT_OFF)
        with self.watch(self.admin, before[-1].cursor) as registry:
            after = list(itertools.islice(registry, 2 + len(made) - len(before)))
        told = [(answer.organisation.slug, answer.organisation.organisation_id) for answer in before[2:] + after]
        self.assertEqual(len(told), len(set(told)), "an event was told twice")
        self.assertCountEqual(made.items(), told)

    def _create_organisations_across_a_restart(self):
        """Writers that do not stop for it. Answers what they were told, id by slug; a call that failed raises here."""
        made, enough, told = {}, threading.Event(), threading.Condition()

        def write(writer):
            for number in itertools.count():
                slug = f"writer-{writer}-{number}"
                answer = self.admin.organisations.CreateOrganisation(new_organisation(slug))
                with told:
                    made[slug] = answer.organisation_id
                    told.notify_all()
                if enough.is_set():
                    return

        def wait_for_more():
            with told:
                wanted = len(made) + CALLS_EACH_SIDE
                told.wait_for(lambda: len(made) >= wanted or any(writer.done() for writer in writers), hub.TEST_S_MAX)

        with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool, contextlib.ExitStack() as at_the_end:
            at_the_end.callback(enough.set)
            writers = [pool.submit(write, writer) for writer in range(WRITERS)]
            wait_for_more()
            self.hub.down()
            self.hub.up()
            self.wire.target = self.hub.addresses["directory"]
            wait_for_more()
            enough.set()
            for writer in writers:
                writer.result()
        return made


if __name__ == "__main__":
    unittest.main()
