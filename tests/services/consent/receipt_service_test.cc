// Every decision leaves a receipt, fixed with it and genuine for ever.
#include "services/consent/receipt_service.h"

#include "common/receipt/envelope.h"
#include "common/receipt/receipt.h"
#include "services/consent/keys.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

class ReceiptServiceTest : public ::testing::Test {
 protected:
  ReceiptServiceTest() {
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    desk_.Add("stranger");
    ref_ = desk_.Register("lambeth", "Ada Lovelace");
  }
  absl::StatusOr<v1::GetReceiptResponse> Get(const std::string& who, const std::string& consent_id,
                                             const std::string& etag = "") {
    v1::GetReceiptRequest request;
    request.set_consent_id(consent_id);
    request.set_decision_etag(etag);
    return desk_.Ask(desk_.services().receipt(), &ReceiptService::GetReceipt, who, request);
  }
  receipt::Receipt Told(const std::string& who, const std::string& consent_id, const std::string& etag = "") {
    const auto got = Get(who, consent_id, etag);
    EXPECT_TRUE(got.ok()) << got.status();
    if (!got.ok()) return {};
    const auto told = receipt::Read(got->content());
    EXPECT_TRUE(told.ok()) << told.status() << got->content();
    return told.ok() ? *told : receipt::Receipt();
  }
  // The events of the receipts, the last first.
  std::vector<std::string> EventsOf(const std::string& consent_id) {
    std::vector<std::string> events;
    std::string etag;
    do {
      const auto got = Get("lambeth", consent_id, etag);
      EXPECT_TRUE(got.ok()) << got.status();
      if (!got.ok()) break;
      events.push_back(receipt::Read(got->content())->event);
      etag = got->previous_etag();
    } while (!etag.empty());
    return events;
  }

  Desk desk_;
  std::string ref_;
};

TEST_F(ReceiptServiceTest, SaysWhatWasAgreedWhenAndWithWhom) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  Desk::ActAsParent(terms);
  terms.set_review_on("2026-04-01");
  const std::string id = desk_.Draw("lambeth", ref_, terms);
  desk_.clock().Advance(absl::Minutes(1));
  desk_.Decide("lambeth", id, v1::CONSENT_STATE_GIVEN);
  const receipt::Receipt told = Told("lambeth", id);
  EXPECT_EQ(told.consent_id, id);
  EXPECT_EQ(told.event, "GIVE");
  EXPECT_EQ(told.state, v1::CONSENT_STATE_GIVEN);
  EXPECT_TRUE(told.by_person);
  EXPECT_EQ(told.time, desk_.clock().Now());
  EXPECT_EQ(told.captor.slug, "lambeth");
  ASSERT_EQ(told.recipients.size(), 1u);
  EXPECT_EQ(told.recipients[0], (receipt::Organisation{desk_.IdOf("college"), "college"}));
  EXPECT_EQ(told.items.size(), 3u);
  EXPECT_EQ(told.items[0].necessity, "to find work that fits");
  EXPECT_EQ(told.representative, v1::REPRESENTATIVE_KIND_PARENT);
  EXPECT_EQ(told.text_sha256, terms.text_sha256());
  EXPECT_EQ(told.text_version, "2026-03");
  EXPECT_EQ(told.review_on, "2026-04-01");
}

TEST_F(ReceiptServiceTest, IsSignedOverItsExactBytes) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  const auto got = Get("lambeth", id);
  ASSERT_TRUE(got.ok()) << got.status();
  const receipt::Envelope envelope{got->content(), got->signature(), got->key_id(), got->public_key()};
  const auto key = receipt::CarriedKey(envelope);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(receipt::Check(envelope, *key), receipt::Verdict::kGenuine);
  EXPECT_EQ(receipt::KeyIdOf(*key), got->key_id());
}

TEST_F(ReceiptServiceTest, EveryDecisionLeavesOneAndTheyLeadBack) {
  const std::string id = desk_.Draw("lambeth", ref_, desk_.Terms({"college"}));
  desk_.Decide("lambeth", id, v1::CONSENT_STATE_DEFERRED);
  v1::RequestConsentRequest again;
  again.set_consent_id(id);
  again.set_etag(desk_.Get("lambeth", id).etag());
  ASSERT_TRUE(desk_.Ask(desk_.services().decision(), &DecisionService::RequestConsent, "lambeth", again).ok());
  desk_.Decide("lambeth", id, v1::CONSENT_STATE_GIVEN);
  ASSERT_TRUE(desk_.Suspend("lambeth", id, v1::SUSPEND_REASON_PERSON_ASKED).ok());
  ASSERT_TRUE(desk_.Resume("lambeth", id, true).ok());
  ASSERT_TRUE(desk_.Withdraw("college", id).ok());
  EXPECT_THAT(EventsOf(id), ::testing::ElementsAre("WITHDRAW", "RESUME", "SUSPEND", "GIVE", "DEFER"));
  EXPECT_EQ(Told("lambeth", id).recorded_by.slug, "college") << "at whatever desk they stood";

  const std::string refused = desk_.Draw("lambeth", ref_, desk_.Terms({"college"}));
  desk_.Decide("lambeth", refused, v1::CONSENT_STATE_REFUSED);
  EXPECT_THAT(EventsOf(refused), ::testing::ElementsAre("REFUSE"));
  const std::string revoked = desk_.Give("lambeth", ref_, desk_.Terms({"stranger"}));
  ASSERT_TRUE(desk_.Revoke("lambeth", revoked).ok());
  EXPECT_THAT(EventsOf(revoked), ::testing::ElementsAre("REVOKE", "GIVE"));
  EXPECT_FALSE(Told("lambeth", revoked).by_person);
  const std::string invalid = desk_.Give("lambeth", ref_, desk_.Terms({"stranger"}));
  ASSERT_TRUE(desk_.Invalidate("lambeth", invalid, v1::INVALIDATE_REASON_COERCED).ok());
  EXPECT_THAT(EventsOf(invalid), ::testing::ElementsAre("INVALIDATE", "GIVE"));
  EXPECT_EQ(Get("college", invalid).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(ReceiptServiceTest, ARenewalLeavesOneOfEach) {
  const std::string old = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_supersedes_consent_id(old);
  const std::string renewed = desk_.Give("lambeth", ref_, terms);
  EXPECT_EQ(Told("college", old).event, "SUPERSEDE");
  EXPECT_EQ(Told("college", old).replaced_by_consent_id, renewed);
  EXPECT_EQ(Told("college", renewed).replaces_consent_id, old);
}

TEST_F(ReceiptServiceTest, WhatWasWrittenStaysWhateverComesLater) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  const auto first = Get("lambeth", id);
  ASSERT_TRUE(first.ok());
  desk_.clock().Advance(absl::Hours(1));
  ASSERT_TRUE(desk_.Suspend("lambeth", id, v1::SUSPEND_REASON_SAFETY).ok());
  const auto later = Get("college", id, first->etag());
  ASSERT_TRUE(later.ok()) << later.status();
  EXPECT_EQ(later->content(), first->content()) << "the same bytes, for another party too";
  EXPECT_EQ(later->signature(), first->signature());
  EXPECT_NE(Get("lambeth", id)->etag(), first->etag());
}

TEST_F(ReceiptServiceTest, ARetryAndARefusedDecisionLeaveNone) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Withdraw("lambeth", id).ok());
  ASSERT_TRUE(desk_.Withdraw("lambeth", id).ok());
  EXPECT_FALSE(desk_.Suspend("lambeth", id, v1::SUSPEND_REASON_SAFETY).ok());
  EXPECT_THAT(EventsOf(id), ::testing::ElementsAre("WITHDRAW", "GIVE"));
}

TEST_F(ReceiptServiceTest, NamesNobody) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  Desk::ActAsParent(terms);
  terms.set_do_not_contact(true);
  const std::string id = desk_.Give("lambeth", ref_, terms);
  ASSERT_TRUE(desk_.Invalidate("lambeth", id, v1::INVALIDATE_REASON_NO_CAPACITY).ok());
  const std::string college_ref = desk_.RefFor("college", ref_, "lambeth");
  const std::string person_id = desk_.PersonId("lambeth", ref_);
  for (const std::string& etag : {std::string(), Get("lambeth", id)->previous_etag()}) {
    const std::string content = Get("college", id, etag)->content();
    for (const std::string& planted :
         {ref_, college_ref, person_id, std::string("Byron"), std::string("birth certificate"),
          std::string("practitioner"), std::string("NO_CAPACITY"), std::string("contact\":")}) {
      EXPECT_EQ(content.find(planted), std::string::npos) << planted;
    }
  }
}

TEST_F(ReceiptServiceTest, IsForPartiesOnly) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  EXPECT_TRUE(Get("college", id).ok());
  const auto there = Get("stranger", id);
  EXPECT_THAT(there, Denied());
  EXPECT_EQ(there.status(), Get("stranger", ids::Uuid::Random().ToString()).status());
  EXPECT_EQ(there.status(), Get("stranger", id, "nonsense").status());
}

TEST_F(ReceiptServiceTest, WhereNothingWasDecidedThereIsNone) {
  const std::string id = desk_.Draw("lambeth", ref_, desk_.Terms({"college"}));
  EXPECT_THAT(Get("lambeth", id), Refused(absl::StatusCode::kFailedPrecondition, "NO_RECEIPT"));
  desk_.Decide("lambeth", id, v1::CONSENT_STATE_GIVEN);
  for (const char* etag : {"r1", "r99", "nonsense", "r-2", "r02", "R2"}) {
    EXPECT_THAT(FieldsOf(Get("lambeth", id, etag).status()), ::testing::ElementsAre("decision_etag")) << etag;
  }
}

TEST_F(ReceiptServiceTest, GoesWithThePersonsKey) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(
      async::BlockOn(desk_.services().person_keys().Destroy(*ids::Uuid::Parse(desk_.PersonId("lambeth", ref_)))).ok());
  EXPECT_THAT(Get("lambeth", id), Denied());
  EXPECT_TRUE(desk_.Withdraw("lambeth", id).ok()) << "a no needs no receipt";
}

TEST_F(ReceiptServiceTest, AThousandRecipientsFitIntoOne) {
  std::vector<std::string> recipients;
  for (int i = 0; i < 1000; ++i) {
    recipients.push_back(Cat("organisation-", i));
    desk_.Add(recipients.back());
  }
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms(recipients));
  EXPECT_EQ(Told("organisation-999", id).recipients.size(), 1000u);
}

TEST_F(ReceiptServiceTest, TamperedOrMovedItIsDataLossAndNothingIsTold) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Suspend("lambeth", id, v1::SUSPEND_REASON_SAFETY).ok());
  const ids::Uuid consent_id = *ids::Uuid::Parse(id);
  auto swap = [&](store::Txn& txn) -> absl::Status {
    std::string given, suspended;
    NWD_RETURN_IF_ERROR(txn.Get(keys::Receipt(consent_id, 2), &given).status());
    NWD_RETURN_IF_ERROR(txn.Get(keys::Receipt(consent_id, 3), &suspended).status());
    txn.Put(keys::Receipt(consent_id, 3), given);
    suspended.back() ^= 1;
    txn.Put(keys::Receipt(consent_id, 2), suspended);
    return absl::OkStatus();
  };
  ASSERT_TRUE(async::BlockOn(desk_.store().Update(swap)).ok());
  EXPECT_TRUE(absl::IsDataLoss(Get("lambeth", id).status())) << "one decision's receipt in another's place";
  EXPECT_TRUE(absl::IsDataLoss(Get("lambeth", id, "r2").status()));
}

}  // namespace
}  // namespace nwd::consent
