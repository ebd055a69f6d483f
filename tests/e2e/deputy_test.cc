// The confused deputy: whoever holds the referral service's credentials asks for what the organisation it names may not
// have. All of it is refused, and nothing is opened by it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/ids/uuid.h"
#include "common/status/status.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/consent/v1/authority_service.pb.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "tests/e2e/things.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {
namespace {

namespace v1 = consent::v1;

constexpr char kDeputy[] = "service/referral";

class Deputy : public ::testing::Test {
 protected:
  Deputy() {
    scoped_ = world_.Consent(kReferrer, {kReceiver});
    standing_ = world_.ConsentOf(kReferrer, scoped_.person_ref, {kReceiver}, /*standing=*/true);
    world_.PutIdentity(kReferrer, scoped_.person_ref);
    person_id_ = PersonOf(kReferrer, scoped_.person_ref);
    receivers_ref_ = world_.RefOf(kReferrer, scoped_.person_ref, kReceiver);
    strangers_ref_ = world_.RefOf(kReferrer, scoped_.person_ref, kStranger);
    other_person_id_ = PersonOf(kReferrer, world_.Register(kReferrer));
  }

  std::string PersonOf(const std::string& who, const std::string& ref) {
    v1::ResolveRefRequest request;
    request.set_on_behalf_of(world_.IdOf(who));
    request.set_person_ref(ref);
    return world_.Do<v1::ResolveRefResponse>(kDeputy, request).person_id();
  }

  v1::CheckAccessRequest CheckFor(const std::string& who, const std::string& consent_id) const {
    v1::CheckAccessRequest request;
    request.set_purpose(common::v1::PURPOSE_REFERRAL);
    request.add_categories(common::v1::CATEGORY_IDENTITY);
    request.set_mode(v1::SHARING_MODE_VIEW);
    request.set_consent_id(consent_id);
    if (!who.empty()) request.set_on_behalf_of(world_.IdOf(who));
    return request;
  }

  v1::OpenReferralAccessRequest Opening(const std::string& who, const std::string& person_id) const {
    v1::OpenReferralAccessRequest request;
    request.set_referral_id(ids::Uuid::Random().ToString());
    request.set_consent_id(scoped_.consent_id);
    request.set_person_id(person_id);
    request.set_organisation_id(world_.IdOf(who));
    request.set_sequence(1);
    return request;
  }

  // What the organisation itself is told of the referral-scoped consent.
  v1::DenialReason ReasonFor(const std::string& who, const std::string& ref) {
    v1::CheckAccessRequest request = CheckFor("", scoped_.consent_id);
    request.set_person_ref(ref);
    const auto answer = world_.Do<v1::CheckAccessResponse>(who, request);
    return answer.denied_categories_size() == 1 ? answer.denied_categories(0).reason() : v1::DENIAL_REASON_UNSPECIFIED;
  }

  World& world_ = World::Get();
  World::Consented scoped_, standing_;
  std::string person_id_, other_person_id_;
  std::string receivers_ref_, strangers_ref_;
};

TEST_F(Deputy, IsPermittedNothingForAnOrganisationThatTheConsentDoesNotName) {
  for (const std::string& consent_id : {scoped_.consent_id, standing_.consent_id}) {
    for (const bool prospective : {false, true}) {
      v1::CheckAccessRequest by_id = CheckFor(kStranger, consent_id);
      by_id.set_prospective(prospective);
      v1::CheckAccessRequest by_ref = by_id;
      by_id.set_person_id(person_id_);
      by_ref.set_person_ref(scoped_.person_ref);
      by_ref.set_person_ref_of(world_.IdOf(kReferrer));
      for (const auto& request : {by_id, by_ref}) {
        const auto answer = world_.Do<v1::CheckAccessResponse>(kDeputy, request);
        EXPECT_FALSE(answer.permitted());
        EXPECT_EQ(answer.permitted_categories_size(), 0);
        ASSERT_EQ(answer.denied_categories_size(), 1);
        EXPECT_EQ(answer.denied_categories(0).reason(), v1::DENIAL_REASON_NO_BASIS);
        EXPECT_EQ(answer.basis_etag(), "");
      }
    }
  }
}

TEST_F(Deputy, IsPermittedNothingByTheReferenceOfAnotherOrganisation) {
  // The receiver's reference, told as the referrer's, and a stranger's, told as the receiver's: nobody's, both.
  v1::CheckAccessRequest request = CheckFor(kReceiver, standing_.consent_id);
  request.set_person_ref(receivers_ref_);
  request.set_person_ref_of(world_.IdOf(kReferrer));
  const auto as_referrers = world_.Do<v1::CheckAccessResponse>(kDeputy, request);
  request.set_person_ref(strangers_ref_);
  request.clear_person_ref_of();
  const auto as_receivers = world_.Do<v1::CheckAccessResponse>(kDeputy, request);
  for (const auto& answer : {as_referrers, as_receivers}) {
    EXPECT_FALSE(answer.permitted());
    EXPECT_EQ(answer.person_id(), "") << "whose it is, is not told either";
    EXPECT_EQ(answer.person_ref(), "");
  }
}

TEST_F(Deputy, IsPermittedNothingAboutAnotherPersonThanTheConsents) {
  v1::CheckAccessRequest request = CheckFor(kReceiver, standing_.consent_id);
  request.set_person_id(other_person_id_);
  const auto answer = world_.Do<v1::CheckAccessResponse>(kDeputy, request);
  EXPECT_FALSE(answer.permitted());
  EXPECT_EQ(answer.denied_categories(0).reason(), v1::DENIAL_REASON_NO_BASIS);
}

TEST_F(Deputy, OpensNothingThatTheConsentDoesNotName) {
  const auto open = [&](const v1::OpenReferralAccessRequest& request) {
    return world_.Call<v1::OpenReferralAccessResponse>(kDeputy, request).status();
  };
  EXPECT_EQ(open(Opening(kStranger, person_id_)), status::Denied()) << "an organisation it does not name";
  EXPECT_EQ(open(Opening(kReferrer, person_id_)), status::Denied()) << "who captured it, and is not named";
  EXPECT_EQ(open(Opening(kReceiver, other_person_id_)), status::Denied()) << "another person";
  EXPECT_EQ(open(Opening(kReceiver, ids::Uuid::Random().ToString())), status::Denied()) << "nobody";

  EXPECT_EQ(ReasonFor(kStranger, strangers_ref_), v1::DENIAL_REASON_NO_BASIS);
  EXPECT_EQ(ReasonFor(kReferrer, scoped_.person_ref), v1::DENIAL_REASON_NOT_RECIPIENT);
  EXPECT_EQ(ReasonFor(kReceiver, receivers_ref_), v1::DENIAL_REASON_NO_OPEN_REFERRAL) << "nothing was opened";
  for (const auto& [who, ref] : {std::pair(kStranger, strangers_ref_), std::pair(kReceiver, receivers_ref_)}) {
    const auto read = world_.Call<v1::GetRecordResponse>(who, World::ReadRequest(ref, scoped_.consent_id));
    EXPECT_EQ(read.status(), status::Denied()) << who;
  }
  // The same with what it may open: the test would notice if nothing ever opened.
  world_.Do<v1::OpenReferralAccessResponse>(kDeputy, Opening(kReceiver, person_id_));
  EXPECT_EQ(ReasonFor(kReceiver, receivers_ref_), v1::DENIAL_REASON_UNSPECIFIED);
}

TEST_F(Deputy, ReleasesNoTextToWhomTheConsentDoesNotName) {
  v1::ReleaseReferralTextRequest request;
  request.set_referral_id(ids::Uuid::Random().ToString());
  request.set_consent_id(scoped_.consent_id);
  request.set_person_id(person_id_);
  request.set_organisation_id(world_.IdOf(kStranger));
  request.set_source_organisation_id(world_.IdOf(kReferrer));
  EXPECT_FALSE(world_.Do<v1::ReleaseReferralTextResponse>(kDeputy, request).permitted());
  request.set_organisation_id(world_.IdOf(kReceiver));
  request.set_person_id(other_person_id_);
  EXPECT_FALSE(world_.Do<v1::ReleaseReferralTextResponse>(kDeputy, request).permitted());

  v1::ListDisclosuresRequest list;
  list.set_person_ref(scoped_.person_ref);
  EXPECT_EQ(world_.Do<v1::ListDisclosuresResponse>(kReferrer, list).disclosures_size(), 0) << "nothing was disclosed";
}

TEST_F(Deputy, IsPermittedNothingOnAnAuthorityThatIsNotTheirsApprovedAndAboutThem) {
  const Assertable assertable = Asserting(world_);  // by the referrer, for the stranger; the receiver is a second
  const auto id = world_.Do<v1::AssertAuthorityResponse>(kReferrer, assertable.request).authority_id();
  // A consent of the same person that was withdrawn stands beside it.
  v1::WithdrawConsentRequest withdraw;
  withdraw.set_consent_id(assertable.shared.consent_id);
  world_.Do<v1::WithdrawConsentResponse>(kReferrer, withdraw);
  const std::string person = PersonOf(kReferrer, assertable.shared.referrers_ref);
  const auto ask = [&](const std::string& who, const std::string& about, const std::string& authority_id,
                       const std::string& consent_id) {
    v1::CheckAccessRequest request = CheckFor(who, consent_id);
    request.set_authority_id(authority_id);
    request.set_person_id(about);
    return world_.Do<v1::CheckAccessResponse>(kDeputy, request);
  };
  EXPECT_FALSE(ask(kStranger, person, id, "").permitted()) << "nobody approved it";
  EXPECT_FALSE(ask(kReceiver, person, "", assertable.shared.consent_id).permitted()) << "withdrawn";
  Approve(world_, id);
  EXPECT_FALSE(ask(kReceiver, person, id, "").permitted()) << "who approved it, and is not named";
  EXPECT_FALSE(ask(kReferrer, person, id, "").permitted()) << "who asserted it, and is not named";
  EXPECT_FALSE(ask(kStranger, other_person_id_, id, "").permitted()) << "about somebody else";
  EXPECT_FALSE(ask(kReceiver, person, "", assertable.shared.consent_id).permitted())
      << "from a withdrawn consent there is no falling back to an authority";
  EXPECT_FALSE(ask(kStranger, person, "", id).permitted()) << "cited as the consent that it is not";
  EXPECT_TRUE(ask(kStranger, person, id, "").permitted()) << "the test would notice if nothing ever permitted";
}

TEST_F(Deputy, ReadsNoRecordWhateverItNames) {
  const std::string refs[] = {scoped_.person_ref, receivers_ref_, strangers_ref_};
  for (const std::string& ref : refs) {
    const auto read = world_.Call<v1::GetRecordResponse>(kDeputy, World::ReadRequest(ref, standing_.consent_id));
    EXPECT_EQ(read.status().code(), absl::StatusCode::kPermissionDenied) << read.status();
  }
}

}  // namespace
}  // namespace nwd::e2e
