// What a check and a read cost inside the process, on the real engine, without the network: where the time of the
// benchmarks goes.
//
//   nwd-consent-speed [people [checks [reads]]]        prints one line a figure
#include <cstdio>
#include <cstdlib>

#include "common/async/block_on.h"
#include "common/base/timestamps.h"
#include "common/crypto/random.h"
#include "common/store_rocksdb/rocks_store.h"
#include "services/consent/consent_rows.h"
#include "services/consent/services.h"
#include "tests/testing/method_of.h"
#include "tests/testing/temp_folder.h"
#include "tests/testing/timed.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

constexpr int kConsentsEach = 3;
constexpr int kExplanations = 3;
constexpr int kInFlight = 64;

struct Known {
  std::string ref;
  std::vector<std::string> consents;
};

class Speed {
 public:
  Speed() {
    organisation_ = std::make_shared<access::Organisation>();
    auto& organisation = const_cast<access::Organisation&>(*organisation_);
    organisation.organisation_id = ids::Uuid::Random().ToString();
    organisation.slug = "college";
    organisation.kind = ORGANISATION_KIND_COLLEGE;
    organisation.state = ORGANISATION_STATE_ACTIVE;
    organisation.roles = {ROLE_AGENCY};
    registry_.Set(organisation);
    access::Organisation captor = organisation;
    captor.organisation_id = ids::Uuid::Random().ToString();
    captor.slug = "lambeth";
    registry_.Set(captor);
    captor_ = registry_.FindById(captor.organisation_id);
    data_ = *store::RocksStore::Open({.folder = folder_.Path() + "/data"});
    keys_ = *store::RocksStore::Open({.folder = folder_.Path() + "/keys"});
    const auto ask_nobody = [](const std::string&) -> async::Task<absl::Status> { co_return absl::OkStatus(); };
    services_ = std::make_unique<Services>(Services::Given{.store = *data_,
                                                           .keys = *keys_,
                                                           .hub_key = hub_key_,
                                                           .clock = SystemClock::Get(),
                                                           .calendar = calendar_,
                                                           .registry = registry_,
                                                           .ask_organisation = ask_nobody,
                                                           .ask_agreement = ask_nobody,
                                                           .metrics = metrics_});
    v1::CreateTextRequest text;
    text.set_text("words");
    text.set_language("en");
    text.set_version("1");
    text_ = async::BlockOn(Ask(services_->text(), &TextService::CreateText, captor_, text))->text_sha256();
  }

  void Run(int people, int checks, int reads) {
    testing::Timed("registrations with 3 consents and 3 sections", people, kInFlight, [&](int i) { return Fill(i); });
    testing::Timed("checks, one at a time, CPU of the whole handler", checks, 1, [&](int i) { return Check(i); });
    testing::Timed("reads of 3 sections, 64 in flight", reads, kInFlight, [&](int i) { return Read(i); });
    testing::Timed("explanations, all consents name who asks", kExplanations, 1,
                   [&](int) { return Explain(organisation_); });
    testing::Timed("explanations, none does", kExplanations, 1, [&](int) { return Explain(captor_); });
  }

 private:
  template <class Handler, class Request, class Response>
  async::Task<absl::StatusOr<Response>> Ask(Handler& handler,
                                            async::Task<absl::StatusOr<Response>> (Handler::*member)(rpc::Call&,
                                                                                                     const Request&),
                                            const access::OrganisationPtr& who, const Request& request) {
    static const google::protobuf::MethodDescriptor& method = testing::MethodOf(*Request::descriptor());
    static const AccessRule rule = method.options().GetExtension(common::v1::access);
    rpc::Call call(method, rule, SystemClock::Get());
    rpc::Call::Facts facts;
    facts.caller.kind = access::Caller::Kind::kOrganisation;
    facts.caller.organisation = who;
    facts.practitioner = "p-1";
    call.SetFacts(std::move(facts));
    co_return co_await (handler.*member)(call, request);
  }

  async::Task<void> Fill(int i) {
    v1::RegisterPersonRequest person;
    person.mutable_details()->set_full_name("Person Number");
    person.mutable_details()->set_date_of_birth("1990-05-17");
    const auto registered = co_await Ask(services_->person(), &PersonService::RegisterPerson, captor_, person);
    NWD_CHECK(registered.ok());
    v1::PutRecordRequest put;
    put.set_person_ref(registered->person_ref());
    for (int section = 0; section < 3; ++section) {
      put.clear_section();
      if (section == 0) put.mutable_section()->mutable_skills()->add_skills("bricklaying, and what goes with it");
      if (section == 1) put.mutable_section()->mutable_goals()->add_goals("a job on a building site near home");
      if (section == 2) put.mutable_section()->mutable_contact()->set_phone("020 7946 0018");
      NWD_CHECK((co_await Ask(services_->record(), &RecordService::PutRecord, captor_, put)).ok());
    }
    Known known;
    for (int j = 0; j < kConsentsEach; ++j) {
      v1::CreateConsentRequest create;
      create.set_person_ref(registered->person_ref());
      create.set_request(true);
      v1::ConsentTerms& terms = *create.mutable_terms();
      terms.set_purpose(PURPOSE_EMPLOYMENT_SUPPORT);
      for (const Category category : {CATEGORY_SKILLS, CATEGORY_CONTACT, CATEGORY_GOALS}) {
        terms.add_categories()->set_category(category);
      }
      terms.add_recipient_organisation_ids(organisation_->organisation_id);
      terms.set_mode(v1::SHARING_MODE_STORE);
      *terms.mutable_valid_until() = ToTimestamp(absl::Now() + absl::Hours(24 * 90));
      terms.set_standing(true);
      terms.set_text_sha256(text_);
      terms.set_language("en");
      const auto drawn = co_await Ask(services_->consent(), &ConsentService::CreateConsent, captor_, create);
      NWD_CHECK(drawn.ok());
      v1::RecordDecisionRequest decide;
      decide.set_consent_id(drawn->consent_id());
      decide.set_etag(drawn->etag());
      decide.set_decision(v1::CONSENT_STATE_GIVEN);
      NWD_CHECK((co_await Ask(services_->decision(), &DecisionService::RecordDecision, captor_, decide)).ok());
      known.consents.push_back(drawn->consent_id());
    }
    const auto person_id = services_->references().PersonOf(IdIn(captor_->organisation_id), registered->person_ref());
    known.ref = services_->references().ReferenceOf(IdIn(organisation_->organisation_id), *person_id);
    known_.push_back(std::move(known));
    (void)i;
  }

  async::Task<void> Check(int i) {
    const Known& known = known_[static_cast<size_t>(i * 7919LL % static_cast<long long>(known_.size()))];
    v1::CheckAccessRequest request;
    request.set_person_ref(known.ref);
    request.set_purpose(PURPOSE_EMPLOYMENT_SUPPORT);
    request.add_categories(CATEGORY_SKILLS);
    request.add_categories(CATEGORY_GOALS);
    request.set_mode(v1::SHARING_MODE_VIEW);
    request.set_consent_id(known.consents[static_cast<size_t>(i % kConsentsEach)]);
    const auto check = co_await Ask(services_->access(), &AccessService::CheckAccess, organisation_, request);
    NWD_CHECK(check.ok() && check->permitted());
    if (i % 1024 == 0) NWD_CHECK((co_await services_->check_log().Flush()).ok());
  }

  async::Task<void> Read(int i) {
    const Known& known = known_[static_cast<size_t>(i * 7919LL % static_cast<long long>(known_.size()))];
    v1::GetRecordRequest request;
    request.set_person_ref(known.ref);
    request.set_purpose(PURPOSE_EMPLOYMENT_SUPPORT);
    request.add_categories(CATEGORY_SKILLS);
    request.add_categories(CATEGORY_GOALS);
    request.add_categories(CATEGORY_CONTACT);
    request.set_mode(v1::SHARING_MODE_VIEW);
    request.set_consent_id(known.consents[static_cast<size_t>(i % kConsentsEach)]);
    const auto read = co_await Ask(services_->record(), &RecordService::GetRecord, organisation_, request);
    NWD_CHECK(read.ok() && read->entries_size() == 3);
  }

  async::Task<void> Explain(access::OrganisationPtr who) {
    v1::ExplainAccessRequest request;
    request.set_organisation_id(who->organisation_id);
    NWD_CHECK((co_await Ask(services_->explain(), &ExplainService::ExplainAccess, who, request)).ok());
  }

  testing::TempFolder folder_;
  crypto::HubKey hub_key_ = *crypto::HubKey::FromEnvironment("TEST", std::string(43, 'A') + "=");
  const calendar::WorkingCalendar calendar_ = *calendar::WorkingCalendar::FromHolidays({});
  access::Registry registry_;
  metrics::Registry metrics_;
  access::OrganisationPtr organisation_, captor_;
  std::unique_ptr<store::Store> data_, keys_;
  std::unique_ptr<Services> services_;
  std::string text_;
  std::vector<Known> known_;
};

}  // namespace
}  // namespace nwd::consent

int main(int argc, char** argv) {
  const auto number = [&](int i, int otherwise) { return argc > i ? std::atoi(argv[i]) : otherwise; };
  nwd::consent::Speed().Run(number(1, 20'000), number(2, 200'000), number(3, 30'000));
}
