"""The main job, as two agencies' back-ends do it: a person is registered, consents, is referred, taken on, and their record read as far as the consent
reaches; until they change their mind."""

import itertools
import unittest

import grpc
import world
from nwd.common.v1 import vocabulary_pb2 as words
from nwd.consent.v1 import access_service_pb2 as access
from nwd.consent.v1 import consent_pb2 as consent
from nwd.consent.v1 import consent_service_pb2 as consents
from nwd.consent.v1 import notice_pb2 as notices
from nwd.consent.v1 import record_pb2 as record
from nwd.consent.v1 import record_service_pb2 as records
from nwd.directory.v1 import catalogue_service_pb2 as catalogue
from nwd.referral.v1 import referral_pb2 as referral
from nwd.referral.v1 import referral_service_pb2 as referrals
from refused import refused
from world import following

COVERED = [words.CATEGORY_IDENTITY, words.CATEGORY_CONTACT]
NOT_COVERED = words.CATEGORY_CIRCUMSTANCES


def setUpModule():
    global here
    here = unittest.enterModuleContext(world.made("python-main-job"))


def put_record(person_ref):
    for section in (
            record.RecordSection(identity=record.IdentitySection(full_name="Ada Sample", language="pl", interpreter_needed=True)),
            record.RecordSection(contact=record.ContactSection(phone="020 7946 0123")),
            record.RecordSection(circumstances=record.CircumstancesSection(needs=[record.Need(code="debt", weight=3)])),
    ):
        here.lambeth.records.PutRecord(records.PutRecordRequest(request_id=world.request_id(), person_ref=person_ref, section=section))


def asked(message, person_ref, consent_id):
    """A check or a read of everything there is."""
    return message(person_ref=person_ref, purpose=words.PURPOSE_REFERRAL, categories=[*COVERED, NOT_COVERED], mode=consent.SHARING_MODE_VIEW,
                   consent_id=consent_id)


def events_of(stream, referral_id, count):
    """The next `count` answers of a watch that are about this referral."""
    ours = (answer for answer in stream if answer.event.referral_id == referral_id)
    return [next(ours) for _ in range(count)]


class Search(unittest.TestCase):

    def test_the_sample_directory_is_searched_by_words_and_place_nearest_first(self):
        self.assertEqual(70, here.imported["created"])
        found = here.lambeth.catalogue.SearchServices(catalogue.SearchServicesRequest(text="esol", near_postcode="SW9 8EJ", within_metres=20_000))
        distances = [result.distance_metres for result in found.results]
        self.assertTrue(distances)
        self.assertEqual(sorted(distances), distances)
        self.assertLessEqual(distances[-1], 20_000)
        for result in found.results:
            service = result.service
            said = " ".join([service.name, service.description, service.provider_name, *(category.code for category in service.categories)])
            self.assertIn("esol", said.lower())

    def test_pages_together_are_the_whole_and_hold_nothing_twice(self):
        whole = here.lambeth.catalogue.SearchServices(catalogue.SearchServicesRequest(page_size=500))
        self.assertEqual(whole.total_size, len(whole.results))
        ids, token = [], ""
        while True:
            page = here.lambeth.catalogue.SearchServices(catalogue.SearchServicesRequest(page_size=9, page_token=token))
            ids += [result.service.service_id for result in page.results]
            token = page.next_page_token
            if not token:
                break
        self.assertEqual([result.service.service_id for result in whole.results], ids)


class MainJob(unittest.TestCase):

    def test_a_person_is_referred_and_their_record_read_until_they_withdraw(self):
        person_ref = here.register()
        put_record(person_ref)
        consent_id = here.consent(person_ref, COVERED)

        made = here.refer(person_ref, consent_id)
        self.assertEqual(referral.REFERRAL_STATE_SENT, made.state)
        self._the_receiver_sees_only_the_summary(made)
        works_ref = self._the_receiver_asks_and_accepts(made)
        self.assertNotEqual(person_ref, works_ref, "two organisations cannot join their data")
        self._the_receiver_reads_what_the_consent_covers(works_ref, consent_id)
        disclosures = here.lambeth.records.ListDisclosures(records.ListDisclosuresRequest(person_ref=person_ref)).disclosures
        self.assertEqual({here.ids["community-works"]}, {disclosure.recipient_organisation_id for disclosure in disclosures})
        self.assertEqual(["", made.referral_id], [disclosure.referral_id for disclosure in disclosures], "the record, and before it the text")

        withdrawn = here.lambeth.consents.WithdrawConsent(consents.WithdrawConsentRequest(consent_id=consent_id))
        self.assertEqual((consent.CONSENT_STATE_WITHDRAWN, 1), (withdrawn.state, withdrawn.notices))
        with refused(self, grpc.StatusCode.PERMISSION_DENIED, "DENIED"):
            here.works.records.GetRecord(asked(records.GetRecordRequest, works_ref, consent_id))
        check = here.works.access.CheckAccess(asked(access.CheckAccessRequest, works_ref, consent_id))
        self.assertEqual({access.DENIAL_REASON_NOT_IN_FORCE}, {one.reason for one in check.denied_categories})
        self._the_receiver_is_told_and_answers(works_ref, consent_id)
        self._the_referrer_saw_every_step(made)

    def _the_receiver_sees_only_the_summary(self, made):
        seen = here.works.referrals.GetReferral(referrals.GetReferralRequest(referral_id=made.referral_id)).referral
        self.assertEqual(("debt", referral.PRIORITY_SOON), (seen.summary.need, seen.summary.priority))
        self.assertEqual(("", ""), (seen.person_ref, seen.notes))
        with refused(self, grpc.StatusCode.PERMISSION_DENIED, "DENIED"):
            here.stranger.referrals.GetReferral(referrals.GetReferralRequest(referral_id=made.referral_id))

    def _the_receiver_asks_and_accepts(self, made):
        moved = here.move(here.works, made, referral.REFERRAL_ACTION_RECEIVE)
        with refused(self, grpc.StatusCode.ABORTED, "STALE_ETAG"):
            here.move(here.works, made, referral.REFERRAL_ACTION_ACCEPT)
        moved = here.move(here.works, moved, referral.REFERRAL_ACTION_ASK, text="Which mornings?")
        with refused(self, grpc.StatusCode.FAILED_PRECONDITION, "WRONG_STATE") as seen:
            here.move(here.works, moved, referral.REFERRAL_ACTION_ACCEPT)
        self.assertEqual("INFO_REQUESTED", seen[0].metadata["state"])
        moved = here.move(here.lambeth, moved, referral.REFERRAL_ACTION_ANSWER, text="Tuesdays.")
        moved = here.move(here.works, moved, referral.REFERRAL_ACTION_ACCEPT)
        self.assertEqual(referral.REFERRAL_STATE_ACCEPTED, moved.state)
        seen = here.works.referrals.GetReferral(referrals.GetReferralRequest(referral_id=made.referral_id)).referral
        self.assertEqual("Prefers mornings.", seen.notes)
        self.assertRegex(seen.person_ref, r"^p1_[a-z2-7]{26}$")
        return seen.person_ref

    def _the_receiver_reads_what_the_consent_covers(self, works_ref, consent_id):
        denied = [(NOT_COVERED, access.DENIAL_REASON_NOT_COVERED)]
        check = here.works.access.CheckAccess(asked(access.CheckAccessRequest, works_ref, consent_id))
        self.assertFalse(check.permitted)
        self.assertCountEqual(COVERED, check.permitted_categories)
        self.assertEqual(denied, [(one.category, one.reason) for one in check.denied_categories])

        read = here.works.records.GetRecord(asked(records.GetRecordRequest, works_ref, consent_id))
        self.assertCountEqual(COVERED, [entry.category for entry in read.entries])
        self.assertEqual(denied, [(one.category, one.reason) for one in read.denied_categories])
        sections = {entry.category: entry.section for entry in read.entries}
        self.assertEqual("Ada Sample", sections[words.CATEGORY_IDENTITY].identity.full_name)
        self.assertEqual("020 7946 0123", sections[words.CATEGORY_CONTACT].contact.phone)
        self.assertTrue(read.disclosure_id)

    def _the_receiver_is_told_and_answers(self, works_ref, consent_id):
        with following(here.works.records.WatchNotices(records.WatchNoticesRequest())) as answers:
            notice = next(answer.notice for answer in answers if answer.notice.consent_id == consent_id)
        self.assertEqual((notices.NOTICE_TYPE_WITHDRAWAL, works_ref, 2), (notice.type, notice.person_ref, notice.disclosure_count))
        here.works.records.AcknowledgeNotice(
            records.AcknowledgeNoticeRequest(request_id=world.request_id(), notice_id=notice.notice_id, answer=notices.NOTICE_ANSWER_ERASED))
        waiting = here.works.records.ListNotices(records.ListNoticesRequest(open_only=True)).notices
        self.assertNotIn(notice.notice_id, [one.notice_id for one in waiting])

    def _the_referrer_saw_every_step(self, made):
        expected = ["CREATE", "SEND", "RECEIVE", "ASK", "ANSWER", "ACCEPT", "CANCEL"]
        with following(here.lambeth.referrals.WatchReferrals(referrals.WatchReferralsRequest())) as stream:
            events = [answer.event for answer in events_of(stream, made.referral_id, len(expected))]
        self.assertEqual([f"REFERRAL_ACTION_{action}" for action in expected], [referral.ReferralAction.Name(event.action) for event in events])
        self.assertEqual(list(range(1, len(expected) + 1)), [event.sequence for event in events])
        last = events[-1]
        self.assertEqual((referral.REFERRAL_REASON_CONSENT_WITHDRAWN, ""), (last.reason, last.actor_organisation_id))

    def test_a_watch_goes_on_from_any_cursor_with_the_very_next_event(self):
        person_ref = here.register()
        made = here.refer(person_ref, here.consent(person_ref, COVERED))
        here.move(here.works, made, referral.REFERRAL_ACTION_RECEIVE)
        with following(here.lambeth.referrals.WatchReferrals(referrals.WatchReferralsRequest())) as stream:
            whole = list(itertools.islice(stream, 3))
            while whole[-1].event.referral_id != made.referral_id or whole[-1].event.action != referral.REFERRAL_ACTION_RECEIVE:
                whole.append(next(stream))
        for at, answer in enumerate(whole):
            rest = whole[at + 1:]
            with following(here.lambeth.referrals.WatchReferrals(referrals.WatchReferralsRequest(cursor=answer.cursor))) as stream:
                resumed = itertools.islice(stream, len(rest))
                self.assertEqual([one.event for one in rest], [one.event for one in resumed])
        with refused(self, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_TOKEN"):
            next(here.stranger.referrals.WatchReferrals(referrals.WatchReferralsRequest(cursor=whole[0].cursor)))

    def test_a_watch_tells_what_happens_while_it_is_open(self):
        person_ref = here.register()
        made = here.refer(person_ref, here.consent(person_ref, COVERED))
        with following(here.lambeth.referrals.WatchReferrals(referrals.WatchReferralsRequest())) as stream:
            events_of(stream, made.referral_id, 2)
            here.move(here.works, made, referral.REFERRAL_ACTION_DECLINE, reason=referral.REFERRAL_REASON_NO_CAPACITY)
            event = events_of(stream, made.referral_id, 1)[0].event
        self.assertEqual((referral.REFERRAL_STATE_DECLINED, here.ids["community-works"]), (event.to_state, event.actor_organisation_id))


if __name__ == "__main__":
    unittest.main()
