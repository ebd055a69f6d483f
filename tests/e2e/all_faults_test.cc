// All faults of a request are named at once: those that a field's rule says, and those that only its RPC knows of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "nwd/consent/v1/consent_service.pb.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "nwd/directory/v1/organisation_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "tests/e2e/raw_call.h"
#include "tests/e2e/things.h"

namespace nwd::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
namespace c = consent::v1;
namespace d = directory::v1;
namespace r = referral::v1;

const std::string kNobody = "p1_aaaaaaaaaaaaaaaaaaaaaaaaaa";

// The fields that the refusal of `request` names.
std::vector<std::string> FaultsOf(const std::string& who, const google::protobuf::Message& request) {
  const std::vector<Rpc> all = EveryRpc();
  const auto rpc = std::find_if(all.begin(), all.end(),
                                [&](const Rpc& each) { return each.method->input_type() == request.GetDescriptor(); });
  const Answer answer = Send(World::Get().ClientOf(who, rpc->service), *rpc, request);
  EXPECT_EQ(answer.code, absl::StatusCode::kInvalidArgument) << answer;
  return answer.Fields();
}

TEST(AllFaults, OfAConsentAreNamedAtOnce) {
  const std::string twice = World::Get().IdOf(kReceiver);
  c::CreateConsentRequest request;
  request.set_person_ref(kNobody);
  c::ConsentTerms& terms = *request.mutable_terms();
  terms.add_categories();
  terms.add_recipient_organisation_ids(twice);
  terms.add_recipient_organisation_ids(twice);
  terms.mutable_valid_until()->set_seconds(1'577'836'800);  // 2020
  terms.set_agreement_id("no id");
  terms.set_language("no language at all");
  terms.set_retention_days(-1);
  EXPECT_THAT(FaultsOf(kReferrer, request),
              IsSupersetOf({"terms.purpose", "terms.categories[0].category", "terms.categories[0].necessity",
                            "terms.recipient_organisation_ids[1]", "terms.mode", "terms.valid_until", "terms.method",
                            "terms.language", "terms.retention_days", "terms.text_sha256", "terms.agreement_id"}));
}

TEST(AllFaults, OfAConsentThatItsAgreementDoesNotForeseeAreNamedAtOnce) {
  World& world = World::Get();
  c::CreateConsentRequest request = world.ConsentRequest(world.Register(kReferrer), {kReceiver, kStranger}, true);
  c::ConsentTerms& terms = *request.mutable_terms();
  terms.set_agreement_id(FreshAgreement(world).agreement_id());  // between the referrer and the receiver
  terms.set_purpose(common::v1::PURPOSE_EVALUATION);
  terms.mutable_categories(0)->set_category(common::v1::CATEGORY_SKILLS);
  EXPECT_THAT(FaultsOf(kReferrer, request),
              ElementsAre("terms.categories[0].category", "terms.purpose", "terms.recipient_organisation_ids[1]"));
}

TEST(AllFaults, OfAReferralAreNamedAtOnce) {
  r::CreateReferralRequest request;
  request.set_person_ref(kNobody);
  request.set_service_id("no id");
  request.set_consent_id("no id");
  request.mutable_summary()->set_age_band("x");
  request.add_priority_groups("nope");
  request.add_priority_groups("women");
  request.add_priority_groups("women");
  EXPECT_THAT(FaultsOf(kReferrer, request), IsSupersetOf({"service_id", "consent_id", "summary.age_band",
                                                          "priority_groups[0]", "priority_groups[2]"}));
}

TEST(AllFaults, OfAMoveAreNamedAtOnce) {
  r::TransitionReferralRequest request;
  request.set_referral_id("no id");
  request.set_action(r::REFERRAL_ACTION_ASK);
  request.set_review_on("2020-01-01");
  request.set_reason(r::REFERRAL_REASON_NO_CAPACITY);
  EXPECT_THAT(FaultsOf(kReferrer, request), IsSupersetOf({"referral_id", "etag", "text", "review_on", "reason"}));
}

TEST(AllFaults, OfASearchAndAnOrganisationAreNamedAtOnce) {
  d::SearchServicesRequest search;
  search.set_page_size(-1);
  search.set_within_metres(100);
  EXPECT_THAT(FaultsOf(kReferrer, search), IsSupersetOf({"page_size", "within_metres"}));
  d::CreateOrganisationRequest create;
  create.add_identities("spiffe://elsewhere.example/org/x");
  EXPECT_THAT(FaultsOf(kAdmin, create), IsSupersetOf({"slug", "name", "kind", "identities[0]"}));
}

}  // namespace
}  // namespace nwd::e2e
