#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/ids/uuid.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "tests/e2e/good_call_table.h"
#include "tests/e2e/things.h"

namespace nwd::e2e {
namespace {

namespace c = consent::v1;
namespace v1 = common::v1;

constexpr int kSignedWithinTries = 200;
constexpr absl::Duration kSignedLook = absl::Milliseconds(50);

c::CreateConsentRequest Drawing(World& world, bool request) {
  c::CreateConsentRequest create = world.ConsentRequest(world.Register(kReferrer), {kReceiver}, /*standing=*/false);
  create.set_request(request);
  return create;
}

std::string PersonIdOf(World& world, const std::string& person_ref) {
  c::ResolveRefRequest resolve;
  resolve.set_on_behalf_of(world.IdOf(kReferrer));
  resolve.set_person_ref(person_ref);
  return world.Do<c::ResolveRefResponse>(kReferralService, resolve).person_id();
}

c::CloseEmergencyAccessRequest Closing(const std::string& emergency_access_id) {
  c::CloseEmergencyAccessRequest close;
  close.set_emergency_access_id(emergency_access_id);
  close.set_outcome("was asleep");
  return close;
}

// A disclosure that the audit log has signed.
c::GetDisclosureProofRequest ProvedDisclosure(World& world) {
  const Shared shared = SharePerson(world);
  c::GetDisclosureProofRequest prove;
  prove.set_person_ref(shared.receivers_ref);
  prove.set_disclosure_id(world.Do<c::GetRecordResponse>(kReceiver, Reading(shared)).disclosure_id());
  const auto waits = [&] {
    return absl::IsUnavailable(world.Call<c::GetDisclosureProofResponse>(kReceiver, prove).status());
  };
  for (int i = 0; i < kSignedWithinTries && waits(); ++i) absl::SleepFor(kSignedLook);
  return prove;
}

}  // namespace

void AddConsentCalls(Table& table) {
  Add(table, kReferrer, kStranger, [](World&) { return Person(); });
  Add(table, kReferrer, kStranger, [](World& world) {
    const c::RegisterPersonRequest person = Person();
    world.Do<c::RegisterPersonResponse>(kReferrer, person);
    c::FindPersonRequest find;
    find.set_nino(person.details().nino());
    return find;
  });
  Add(table, kReferrer, "", [](World& world) { return Confirming(world); });
  Add(table, kReferrer, "", [](World& world) {
    c::SplitPersonRequest split;
    split.set_person_ref(JoinedPerson(world));
    return split;
  });
  Add(table, kReferrer, "", [](World& world) {
    c::SetMainContactRequest set;
    set.set_person_ref(world.Register(kReferrer));
    return set;
  });
  Add(table, kReferrer, "", [](World& world) {
    c::GetPersonRequest get;
    get.set_person_ref(world.Register(kReferrer));
    return get;
  });
  Add(table, kReferrer, "", [](World& world) {
    c::CreateChannelCodeRequest create;
    create.set_person_ref(world.Register(kReferrer));
    create.set_channel_organisation_id(world.IdOf(kChannel));
    create.set_person_present(true);
    return create;
  });
  Add(table, kChannel, "", [](World& world) {
    c::EnrolChannelRequest enrol;
    enrol.set_code(ChannelCode(world));
    return enrol;
  });
  Add(table, kChannel, "", [](World& world) {
    c::EndEnrolmentRequest end;
    end.set_person_ref(EnrolledPerson(world));
    return end;
  });
  Add(table, kReferralService, kOutcomeService, [](World& world) {
    c::ResolveRefRequest resolve;
    resolve.set_on_behalf_of(world.IdOf(kReferrer));
    resolve.set_person_ref(world.Register(kReferrer));
    return resolve;
  });
  const auto text = [](World&) {
    c::CreateTextRequest create;
    create.set_text(Cat("May we share this, for the ", NextNumber(), "th time?"));
    create.set_language("en");
    create.set_version("test");
    return create;
  };
  Add(table, kReferrer, kStranger, text);
  Add(table, kReferrer, kStranger, [text](World& world) {
    c::GetTextRequest get;
    get.set_text_sha256(world.Do<c::CreateTextResponse>(kReferrer, text(world)).text_sha256());
    return get;
  });
  Add(table, kReferrer, "", [](World& world) { return Drawing(world, /*request=*/true); });
  Add(table, kReferrer, "", [](World& world) {
    const auto draft = world.Do<c::CreateConsentResponse>(kReferrer, Drawing(world, /*request=*/false));
    c::RequestConsentRequest request;
    request.set_consent_id(draft.consent_id());
    request.set_etag(draft.etag());
    return request;
  });
  Add(table, kReferrer, "", [](World& world) {
    const auto requested = world.Do<c::CreateConsentResponse>(kReferrer, Drawing(world, /*request=*/true));
    c::RecordDecisionRequest decide;
    decide.set_consent_id(requested.consent_id());
    decide.set_etag(requested.etag());
    decide.set_decision(c::CONSENT_STATE_GIVEN);
    return decide;
  });
  Add(table, kReferrer, "", [](World& world) {
    // Captured by its own recipient; the referrer's data is in its scope.
    const Shared shared = SharePerson(world);
    const auto own = world.Do<c::CreateConsentResponse>(
        kReceiver, world.ConsentRequest(shared.receivers_ref, {kReceiver}, /*standing=*/true));
    world.Give(kReceiver, own);
    c::CorroborateConsentRequest corroborate;
    corroborate.set_consent_id(own.consent_id());
    return corroborate;
  });
  Add(table, kReceiver, "", [](World& world) {
    // Captured by its own recipient; the referrer knows how to reach the person.
    const Shared shared = SharePerson(world);
    c::PutRecordRequest put;
    put.set_person_ref(shared.referrers_ref);
    put.mutable_section()->mutable_contact()->set_phone("020 7946 0018");
    world.Do<c::PutRecordResponse>(kReferrer, put);
    const auto own = world.Do<c::CreateConsentResponse>(
        kReceiver, world.ConsentRequest(shared.receivers_ref, {kReceiver}, /*standing=*/true));
    world.Give(kReceiver, own);
    c::RequestCorroborationCodeRequest ask;
    ask.set_consent_id(own.consent_id());
    return ask;
  });
  Add(table, kReferrer, "", [](World& world) {
    c::WithdrawConsentRequest withdraw;
    withdraw.set_consent_id(world.Consent(kReferrer, {kReceiver}).consent_id);
    return withdraw;
  });
  Add(table, kReferrer, "", [](World& world) {
    c::SuspendConsentRequest suspend;
    suspend.set_consent_id(world.Consent(kReferrer, {kReceiver}).consent_id);
    suspend.set_reason(c::SUSPEND_REASON_SAFETY);
    return suspend;
  });
  Add(table, kReferrer, "", [](World& world) {
    c::SuspendConsentRequest suspend;
    suspend.set_consent_id(world.Consent(kReferrer, {kReceiver}).consent_id);
    suspend.set_reason(c::SUSPEND_REASON_PERSON_ASKED);
    c::ResumeConsentRequest resume;
    resume.set_consent_id(suspend.consent_id());
    resume.set_etag(world.Do<c::SuspendConsentResponse>(kReferrer, suspend).etag());
    resume.set_person_agreed(true);
    return resume;
  });
  Add(table, kReferrer, "", [](World& world) {
    c::RevokeConsentRequest revoke;
    revoke.set_consent_id(world.Consent(kReferrer, {kReceiver}).consent_id);
    revoke.set_reason(c::REVOKE_REASON_NO_LONGER_NEEDED);
    return revoke;
  });
  Add(table, kReferrer, "", [](World& world) {
    c::InvalidateConsentRequest invalidate;
    invalidate.set_consent_id(world.Consent(kReferrer, {kReceiver}).consent_id);
    invalidate.set_reason(c::INVALIDATE_REASON_ENTERED_IN_ERROR);
    return invalidate;
  });
  Add(table, kReferrer, "", [](World& world) {
    c::GetConsentRequest get;
    get.set_consent_id(world.Consent(kReferrer, {kReceiver}).consent_id);
    return get;
  });
  Add(table, kReferrer, "", [](World& world) {
    c::GetReceiptRequest get;
    get.set_consent_id(world.Consent(kReferrer, {kReceiver}).consent_id);
    return get;
  });
  Add(table, kReferrer, "", [](World& world) {
    const World::Consented first = world.Consent(kReferrer, {kReceiver});
    world.Do<c::CreateConsentResponse>(kReferrer, world.ConsentRequest(first.person_ref, {kReceiver}, false));
    c::ListConsentsRequest list;
    list.set_person_ref(first.person_ref);
    list.set_page_size(1);
    return list;
  });
  Add(table, kReferrer, "", [](World& world) { return Asserting(world).request; });
  Add(table, kReceiver, "", [](World& world) {
    c::ApproveAuthorityRequest approve;
    approve.set_authority_id(AssertedAuthority(world));
    approve.set_etag("r1");
    return approve;
  });
  Add(table, kReferrer, "", [](World& world) {
    c::EndAuthorityRequest end;
    end.set_authority_id(ActiveAuthority(world));
    end.set_reason(c::END_REASON_NO_LONGER_NEEDED);
    return end;
  });
  Add(table, kReferrer, "", [](World& world) {
    // Nothing goes to the stranger by it, who else could object too.
    c::AssertAuthorityRequest assertion = Asserting(world).request;
    assertion.mutable_terms()->set_recipient_organisation_ids(0, world.IdOf(kReferrer));
    c::ObjectToAuthorityRequest object;
    object.set_authority_id(world.Do<c::AssertAuthorityResponse>(kReferrer, assertion).authority_id());
    Approve(world, object.authority_id());
    return object;
  });
  Add(table, kReceiver, "", [](World& world) {
    c::OverturnAuthorityRequest overturn;
    overturn.set_authority_id(ActiveAuthority(world));
    overturn.set_reason(c::OVERTURN_REASON_NOT_NECESSARY);
    return overturn;
  });
  Add(table, kReferrer, "", [](World& world) {
    const c::AssertAuthorityRequest assertion = Asserting(world).request;
    for (int i = 0; i < 2; ++i) world.Do<c::AssertAuthorityResponse>(kReferrer, assertion);
    c::ListAuthoritiesRequest list;
    list.set_person_ref(assertion.person_ref());
    list.set_page_size(1);
    return list;
  });
  Add(table, kReceiver, "", [](World& world) {
    const c::AssertAuthorityRequest assertion = Asserting(world).request;
    for (int i = 0; i < 2; ++i) world.Do<c::AssertAuthorityResponse>(kReferrer, assertion);
    c::ListAwaitingAuthoritiesRequest list;
    list.set_page_size(1);
    return list;
  });
  Add(table, kReceiver, "", [](World& world) {
    const Shared shared = SharePerson(world);
    c::CheckAccessRequest check;
    check.set_person_ref(shared.receivers_ref);
    check.set_purpose(v1::PURPOSE_REFERRAL);
    check.add_categories(v1::CATEGORY_IDENTITY);
    check.set_mode(c::SHARING_MODE_VIEW);
    check.set_consent_id(shared.consent_id);
    return check;
  });
  Add(table, kReceiver, "", [](World& world) {
    world.Consent(kReferrer, {kReceiver});
    c::ExplainAccessRequest explain;
    explain.set_organisation_id(world.IdOf(kReceiver));
    return explain;
  });
  Add(table, kReferralService, "", [](World& world) {
    const World::Consented consented = world.Consent(kReferrer, {kReceiver});
    c::OpenReferralAccessRequest open;
    open.set_referral_id(ids::Uuid::Random().ToString());
    open.set_consent_id(consented.consent_id);
    open.set_person_id(PersonIdOf(world, consented.person_ref));
    open.set_organisation_id(world.IdOf(kReceiver));
    open.set_sequence(1);
    return open;
  });
  Add(table, kReferralService, "", [](World& world) {
    const World::Consented consented = world.Consent(kReferrer, {kReceiver});
    c::ReleaseReferralTextRequest release;
    release.set_referral_id(ids::Uuid::Random().ToString());
    release.set_consent_id(consented.consent_id);
    release.set_person_id(PersonIdOf(world, consented.person_ref));
    release.set_organisation_id(world.IdOf(kReceiver));
    release.set_source_organisation_id(world.IdOf(kReferrer));
    return release;
  });
  Add(table, kReferralService, "", [](World& world) {
    c::CloseReferralAccessRequest close;
    close.set_referral_id(ids::Uuid::Random().ToString());
    close.set_consent_id(world.Consent(kReferrer, {kReceiver}).consent_id);
    close.set_organisation_id(world.IdOf(kReceiver));
    close.set_sequence(1);
    return close;
  });
  Add(table, kCrisis, "", [](World& world) { return Opening(world, kCrisis); });
  Add(table, kCrisis, "", [](World& world) { return Closing(OpenedEmergency(world, kCrisis)); });
  Add(table, kSecondCrisis, "", [](World& world) {
    const c::CloseEmergencyAccessRequest close = Closing(OpenedEmergency(world, kCrisis));
    c::ReviewEmergencyAccessRequest review;
    review.set_emergency_access_id(close.emergency_access_id());
    review.set_etag(world.Do<c::CloseEmergencyAccessResponse>(kCrisis, close).etag());
    review.set_finding(c::REVIEW_FINDING_JUSTIFIED);
    review.set_note("nothing else would have been as quick");
    return review;
  });
  Add(table, kSecondCrisis, kCrisis, [](World& world) {
    for (int i = 0; i < 2; ++i) {
      world.Do<c::CloseEmergencyAccessResponse>(kCrisis, Closing(OpenedEmergency(world, kCrisis)));
    }
    c::ListEmergencyAccessesRequest list;
    list.set_page_size(1);
    return list;
  });
  Add(table, kReferrer, "", [](World& world) {
    c::PutRecordRequest put;
    put.set_person_ref(world.Register(kReferrer));
    put.mutable_section()->mutable_identity()->set_full_name("Sample Person");
    return put;
  });
  Add(table, kReferrer, "", [](World& world) {
    c::ListVersionsRequest list;
    list.set_person_ref(world.Register(kReferrer));
    c::PutRecordRequest put;
    put.set_person_ref(list.person_ref());
    put.mutable_section()->mutable_contact()->set_phone("020 7946 0018");
    for (int i = 0; i < 2; ++i) world.Do<c::PutRecordResponse>(kReferrer, put);
    list.set_category(v1::CATEGORY_CONTACT);
    list.set_page_size(1);
    return list;
  });
  Add(table, kReceiver, "", [](World& world) { return Reading(SharePerson(world)); });
  Add(table, kReferrer, "", [](World& world) {
    const Shared shared = SharePerson(world);
    world.Do<c::GetRecordResponse>(kReceiver, Reading(shared));
    world.Do<c::GetRecordResponse>(kReceiver, Reading(shared));
    c::ListDisclosuresRequest list;
    list.set_person_ref(shared.referrers_ref);
    list.set_page_size(1);
    return list;
  });
  Add(table, kReceiver, "", [](World& world) { return ProvedDisclosure(world); });
  Add(table, kReceiver, kStranger, [](World& world) {
    MakeNotice(world, kReceiver);
    return c::WatchNoticesRequest();
  });
  Add(table, kReceiver, "", [](World& world) {
    c::AcknowledgeNoticeRequest acknowledge;
    acknowledge.set_notice_id(OpenNotice(world, kReceiver));
    acknowledge.set_answer(c::NOTICE_ANSWER_ERASED);
    return acknowledge;
  });
  Add(table, kReceiver, kStranger, [](World& world) {
    MakeNotice(world, kReceiver);
    MakeNotice(world, kReceiver);
    c::ListNoticesRequest list;
    list.set_page_size(1);
    return list;
  });
  Add(table, kAdmin, kSecondAdmin, [](World&) { return c::ListOverdueNoticesRequest(); });
}

}  // namespace nwd::e2e
