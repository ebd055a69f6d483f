"""A hub with what every test needs in it: its admin, a borough that refers, a voluntary organisation that receives and answers for a service, and one
that has no tie to anything; and short words for what they do."""

import contextlib
import datetime
import itertools
import uuid

from agency import Agency
from nwd.common.v1 import vocabulary_pb2 as words
from nwd.consent.v1 import consent_pb2 as consent
from nwd.consent.v1 import consent_service_pb2 as consents
from nwd.consent.v1 import person_service_pb2 as person
from nwd.directory.v1 import catalogue_service_pb2 as catalogue
from nwd.directory.v1 import feed_service_pb2 as feed
from nwd.directory.v1 import organisation_service_pb2 as organisation
from nwd.referral.v1 import referral_pb2 as referral
from nwd.referral.v1 import referral_service_pb2 as referrals

import hub

TEXT = "May we share this with Community Works, so that they can help you?"
_KINDS = {
    "lambeth": words.ORGANISATION_KIND_BOROUGH,
    "community-works": words.ORGANISATION_KIND_VCS,
    "stranger": words.ORGANISATION_KIND_COLLEGE,
}


@contextlib.contextmanager
def made(name):
    # "newcomer" has a certificate of this hub, but the registry does not know it.
    with hub.running(name, organisations=[*_KINDS, "newcomer"]) as here, contextlib.closing(World(here)) as world:
        yield world


@contextlib.contextmanager
def following(stream):
    """A watch that is given up at the end."""
    try:
        yield stream
    finally:
        stream.cancel()


def request_id():
    return str(uuid.uuid4())


class World:

    def __init__(self, here):
        self.hub = here
        self.admin = Agency(here, "hub-office")
        self.lambeth = Agency(here, "lambeth")
        self.works = Agency(here, "community-works")
        self.stranger = Agency(here, "stranger")
        self.ids = {slug: self.create_organisation(slug, kind) for slug, kind in _KINDS.items()}
        self.imported = here.import_sample()
        self.service_id = self._link_a_provider()
        self._people = itertools.count()

    def close(self):
        for agency in (self.admin, self.lambeth, self.works, self.stranger):
            agency.close()

    def create_organisation(self, slug, kind):
        return self.admin.organisations.CreateOrganisation(
            organisation.CreateOrganisationRequest(request_id=request_id(), slug=slug, name=f"Sample: {slug}", kind=kind)).organisation_id

    def _link_a_provider(self):
        """community-works answers for the first provider that has a service which takes referrals: that service."""
        feed_id = self.imported["feed_id"]
        for provider in self.admin.feeds.ListProviders(feed.ListProvidersRequest(feed_id=feed_id)).providers:
            self.admin.feeds.LinkProvider(
                feed.LinkProviderRequest(feed_id=feed_id, external_id=provider.external_id, organisation_id=self.ids["community-works"]))
            found = self.lambeth.catalogue.SearchServices(
                catalogue.SearchServicesRequest(organisation_id=self.ids["community-works"], open_places=True))
            if found.results:
                return found.results[0].service.service_id
        raise RuntimeError("no provider of the sample feed has a service that takes referrals")

    def register(self):
        """A person new to the hub, at lambeth."""
        number = next(self._people)
        details = person.PersonDetails(full_name=f"Sample Person {number}", date_of_birth=f"19{50 + number % 50}-01-31", postcode="SW9 8EJ")
        return self.lambeth.people.RegisterPerson(person.RegisterPersonRequest(details=details)).person_ref

    def consent(self, person_ref, categories):
        """The person agrees that community-works may look at these, for a referral."""
        text = self.lambeth.consents.CreateText(consents.CreateTextRequest(text=TEXT, language="en", version="2026-1"))
        terms = consent.ConsentTerms(
            purpose=words.PURPOSE_REFERRAL,
            categories=[consent.ConsentCategory(category=category, necessity="so that you need not tell it again") for category in categories],
            recipient_organisation_ids=[self.ids["community-works"]],
            mode=consent.SHARING_MODE_VIEW,
            method=consent.CAPTURE_METHOD_SPOKEN,
            language="en",
            text_sha256=text.text_sha256)
        terms.valid_until.FromDatetime(datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=180))
        drawn_up = self.lambeth.consents.CreateConsent(consents.CreateConsentRequest(person_ref=person_ref, terms=terms))
        requested = self.lambeth.consents.RequestConsent(consents.RequestConsentRequest(consent_id=drawn_up.consent_id, etag=drawn_up.etag))
        decided = self.lambeth.consents.RecordDecision(
            consents.RecordDecisionRequest(consent_id=drawn_up.consent_id, etag=requested.etag, decision=consent.CONSENT_STATE_GIVEN))
        assert decided.state == consent.CONSENT_STATE_GIVEN, decided
        return drawn_up.consent_id

    def refer(self, person_ref, consent_id):
        """Lambeth refers the person to community-works."""
        return self.lambeth.referrals.CreateReferral(
            referrals.CreateReferralRequest(
                request_id=request_id(),
                person_ref=person_ref,
                service_id=self.service_id,
                consent_id=consent_id,
                summary=referral.ReferralSummary(need="debt", borough="E09000022", age_band="25-49", priority=referral.PRIORITY_SOON),
                notes="Prefers mornings.",
                send=True))

    @staticmethod
    def move(agency, made, action, **fields):
        """One move of a referral, from where the response `made` left it; answers where it is now."""
        moved = agency.referrals.TransitionReferral(
            referrals.TransitionReferralRequest(referral_id=made.referral_id, etag=made.etag, action=action, request_id=request_id(), **fields))
        return referrals.CreateReferralResponse(referral_id=made.referral_id, state=moved.state, etag=moved.etag)
