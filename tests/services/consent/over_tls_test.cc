// The service as callers meet it: over mutual TLS, through the whole chain.
#include "common/async/block_on.h"
#include "tests/services/consent/desk.h"
#include "tests/testing/test_hub.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

class OverTlsTest : public ::testing::Test {
 protected:
  OverTlsTest() : hub_({"lambeth", "college", "auditor"}, {"consent", "referral"}) {
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    desk_.Add("auditor", ORGANISATION_KIND_OTHER, {ROLE_AUDITOR});
    desk_.services().Register(router_);
    EXPECT_TRUE(router_.Check().ok()) << router_.Check();
    service_ = hub_.Serve("consent", router_, desk_.registry(),
                          [&](rpc::ServerOptions& options) { options.clock = &desk_.clock(); });
    service_->server().Background([&](rpc::Stop& stop) { return desk_.services().check_log().Run(stop); });
  }
  template <class Response, class Request>
  absl::StatusOr<Response> As(const std::string& who, const Request& request) {
    return service_->As(who).Call<Response>(request, {.practitioner = "p-1"});
  }

  testing::TestHub hub_;
  Desk desk_;
  rpc::Router router_;
  std::unique_ptr<testing::TestService> service_;
};

TEST_F(OverTlsTest, TheMainJobOfThisService) {
  v1::RegisterPersonRequest person;
  person.mutable_details()->set_full_name("Ada Lovelace");
  person.mutable_details()->set_date_of_birth("1990-05-17");
  const auto registered = As<v1::RegisterPersonResponse>("lambeth", person);
  ASSERT_TRUE(registered.ok()) << registered.status();

  v1::PutRecordRequest put;
  put.set_person_ref(registered->person_ref());
  *put.mutable_section() = desk_.Skills("bricklaying");
  ASSERT_TRUE(As<v1::PutRecordResponse>("lambeth", put).ok());

  v1::CreateConsentRequest create;
  create.set_person_ref(registered->person_ref());
  *create.mutable_terms() = desk_.Terms({"college"});
  create.mutable_terms()->set_standing(false);
  create.set_request(true);
  const auto drawn = As<v1::CreateConsentResponse>("lambeth", create);
  ASSERT_TRUE(drawn.ok()) << drawn.status();
  v1::RecordDecisionRequest decide;
  decide.set_consent_id(drawn->consent_id());
  decide.set_etag(drawn->etag());
  decide.set_decision(v1::CONSENT_STATE_GIVEN);
  ASSERT_TRUE(As<v1::RecordDecisionResponse>("lambeth", decide).ok());

  v1::ResolveRefRequest resolve;
  resolve.set_on_behalf_of(desk_.IdOf("lambeth"));
  resolve.set_person_ref(registered->person_ref());
  resolve.add_organisation_ids(desk_.IdOf("college"));
  const auto resolved = As<v1::ResolveRefResponse>("service/referral", resolve);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_FALSE(As<v1::ResolveRefResponse>("lambeth", resolve).ok()) << "not for organisations";
  const std::string college_ref = resolved->refs().at(desk_.IdOf("college"));

  v1::GetRecordRequest get;
  get.set_person_ref(college_ref);
  get.set_purpose(PURPOSE_EMPLOYMENT_SUPPORT);
  get.add_categories(CATEGORY_SKILLS);
  get.set_mode(v1::SHARING_MODE_VIEW);
  get.set_consent_id(drawn->consent_id());
  EXPECT_THAT(As<v1::GetRecordResponse>("college", get), Denied()) << "no referral is open";
  v1::OpenReferralAccessRequest open;
  open.set_referral_id("7f3c0b1e-0000-4000-8000-000000000001");
  open.set_consent_id(drawn->consent_id());
  open.set_person_id(resolved->person_id());
  open.set_organisation_id(desk_.IdOf("college"));
  open.set_sequence(3);
  ASSERT_TRUE(As<v1::OpenReferralAccessResponse>("service/referral", open).ok());
  const auto read = As<v1::GetRecordResponse>("college", get);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->entries(0).section().skills().skills(0), "bricklaying");

  auto stream = service_->As("college").Watch<v1::WatchNoticesResponse>(v1::WatchNoticesRequest());
  v1::WithdrawConsentRequest withdraw;
  withdraw.set_consent_id(drawn->consent_id());
  ASSERT_TRUE(As<v1::WithdrawConsentResponse>("lambeth", withdraw).ok());
  EXPECT_THAT(As<v1::GetRecordResponse>("college", get), Denied());
  v1::WatchNoticesResponse notice;
  ASSERT_TRUE(stream.Read(notice));
  EXPECT_EQ(notice.notice().consent_id(), drawn->consent_id());
  stream.Cancel();
}

TEST_F(OverTlsTest, ACallAboutAPersonNamesThePractitioner) {
  v1::RegisterPersonRequest person;
  person.mutable_details()->set_full_name("Ada Lovelace");
  person.mutable_details()->set_date_of_birth("1990-05-17");
  EXPECT_EQ(service_->As("lambeth").Call<v1::RegisterPersonResponse>(person).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(OverTlsTest, AnAuditorRegistersNobody) {
  v1::RegisterPersonRequest person;
  person.mutable_details()->set_full_name("Ada Lovelace");
  person.mutable_details()->set_date_of_birth("1990-05-17");
  EXPECT_TRUE(absl::IsPermissionDenied(As<v1::RegisterPersonResponse>("auditor", person).status()));
}

TEST_F(OverTlsTest, ChecksAreDurableWithinAHundredMilliseconds) {
  const std::string ref = desk_.Register("lambeth", "Ada Lovelace");
  const store::Position before = desk_.store().LastPosition(store::Feed::kAudit);
  ASSERT_TRUE(As<v1::CheckAccessResponse>("lambeth", desk_.CheckRequest(ref, ids::Uuid::Random().ToString())).ok());
  EXPECT_TRUE(async::BlockOn(desk_.store().WaitForFeed(store::Feed::kAudit, before, absl::Now() + absl::Seconds(5))));
}

}  // namespace
}  // namespace nwd::consent
