#include "tests/bench/population.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "tests/bench/load.h"
#include "tests/bench/made_up.h"

namespace nwd::bench {
namespace {

namespace cv1 = consent::v1;
using common::v1::Category;
using common::v1::Purpose;

constexpr int kInFlight = 128;
constexpr size_t kRecordsMax = 20'000;
constexpr absl::Duration kPatience = absl::Seconds(60);

cv1::ConsentTerms Terms(Purpose purpose, std::initializer_list<Category> categories, bool standing,
                        const std::string& recipient, const std::string& text_sha256) {
  cv1::ConsentTerms terms;
  terms.set_purpose(purpose);
  for (const Category category : categories) {
    auto& named = *terms.add_categories();
    named.set_category(category);
    named.set_necessity("to plan support that fits");
  }
  terms.add_recipient_organisation_ids(recipient);
  terms.set_mode(cv1::SHARING_MODE_VIEW);
  terms.mutable_valid_until()->set_seconds(absl::ToUnixSeconds(absl::Now() + absl::Hours(24 * 365)));
  terms.set_standing(standing);
  terms.set_method(cv1::CAPTURE_METHOD_SPOKEN);
  terms.set_language("en");
  terms.set_text_sha256(text_sha256);
  return terms;
}

absl::Status Clean(const LoadResult& result, const char* what) {
  if (result.failures == 0) return absl::OkStatus();
  return {result.first_failure.code(), Cat(what, ": ", result.failures, " of ", result.operations,
                                           " failed, first with: ", StdView(result.first_failure.message()))};
}

// Registers everybody.
class Registrar {
 public:
  Registrar(Connections jobcentre, Connections referral_service, const Fixture& hub)
      : jobcentre_(jobcentre), service_(referral_service), hub_(hub) {
    options_.practitioner = kPractitioner;
    options_.timeout = kPatience;
  }

  absl::Status KeepText() {
    cv1::CreateTextRequest request;
    request.set_text("May we share what you told us, so that you need not tell it again?");
    request.set_language("en");
    request.set_version("bench");
    NWD_ASSIGN_OR_RETURN(const auto kept, jobcentre_[0].Call<cv1::CreateTextResponse>(request));
    const std::string& text = kept.text_sha256();
    const std::string& college = hub_.college_id();
    terms_[0] = Terms(common::v1::PURPOSE_EMPLOYMENT_SUPPORT,
                      {common::v1::CATEGORY_IDENTITY, common::v1::CATEGORY_CIRCUMSTANCES, common::v1::CATEGORY_SKILLS},
                      true, college, text);
    terms_[1] = Terms(common::v1::PURPOSE_REFERRAL,
                      {common::v1::CATEGORY_IDENTITY, common::v1::CATEGORY_CONTACT, common::v1::CATEGORY_CIRCUMSTANCES},
                      false, college, text);
    terms_[2] = Terms(common::v1::PURPOSE_FOLLOW_UP, {common::v1::CATEGORY_CONTACT}, true, college, text);
    return absl::OkStatus();
  }

  async::Task<absl::Status> Register(uint64_t i, Person& person) const {
    rpc::Client& client = jobcentre_[i];
    cv1::RegisterPersonRequest request;
    *request.mutable_details() = MadeUp(i);
    NWD_CO_ASSIGN_OR_RETURN(const auto registered,
                            co_await client.Await<cv1::RegisterPersonResponse>(request, options_));
    person.jobcentre_ref = registered.person_ref();

    // As the referral service does for who receives a referral: the college's own reference.
    cv1::ResolveRefRequest resolve;
    resolve.set_on_behalf_of(hub_.jobcentre_id());
    resolve.set_person_ref(registered.person_ref());
    resolve.add_organisation_ids(hub_.college_id());
    NWD_CO_ASSIGN_OR_RETURN(const auto resolved,
                            co_await service_[i].Await<cv1::ResolveRefResponse>(resolve, options_));
    person.college_ref = resolved.refs().at(hub_.college_id());

    for (size_t c = 0; c < terms_.size(); ++c) {
      cv1::CreateConsentRequest create;
      create.set_person_ref(registered.person_ref());
      *create.mutable_terms() = terms_[c];
      create.set_request(true);
      NWD_CO_ASSIGN_OR_RETURN(const auto created, co_await client.Await<cv1::CreateConsentResponse>(create, options_));
      cv1::RecordDecisionRequest decide;
      decide.set_consent_id(created.consent_id());
      decide.set_etag(created.etag());
      decide.set_decision(cv1::CONSENT_STATE_GIVEN);
      NWD_CO_ASSIGN_OR_RETURN(const auto decided, co_await client.Await<cv1::RecordDecisionResponse>(decide, options_));
      if (c == 0) person.support_consent_id = created.consent_id();
      if (c == 1) person.referral_consent_id = created.consent_id();
      if (c == 2) person.follow_up_consent_id = created.consent_id();
    }
    co_return absl::OkStatus();
  }

 private:
  const Connections jobcentre_, service_;
  const Fixture& hub_;
  rpc::CallOptions options_;
  std::array<cv1::ConsentTerms, 3> terms_;
};

// The sections of somebody's record, of the size such sections have.
std::vector<cv1::RecordSection> Sections(uint64_t i) {
  std::vector<cv1::RecordSection> sections(3);
  auto& identity = *sections[0].mutable_identity();
  identity.set_full_name(MadeUp(i).full_name());
  identity.set_preferred_name("Bench");
  identity.set_date_of_birth("1985-04-12");
  identity.set_language("en");
  identity.add_access_needs("step-free access");
  auto& circumstances = *sections[1].mutable_circumstances();
  for (const char* code : {"childcare", "esol", "debt"}) {
    auto& need = *circumstances.add_needs();
    need.set_code(code);
    need.set_weight(2);
    need.set_notes("They said that this stands in the way of evening courses.");
  }
  circumstances.set_months_out_of_work(14);
  auto& skills = *sections[2].mutable_skills();
  for (const char* skill : {"customer service", "stock control", "cash handling", "first aid"})
    skills.add_skills(skill);
  auto& qualification = *skills.add_qualifications();
  qualification.set_title("Level 2 Certificate in Retail Skills");
  qualification.set_level(2);
  qualification.set_year(2016);
  skills.set_english_level("level 1");
  return sections;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Population>> Population::Register(Fixture& hub, int people) {
  NWD_ASSIGN_OR_RETURN(const Connections jobcentre, hub.As(kJobcentre, "consent"));
  NWD_ASSIGN_OR_RETURN(const Connections service, hub.AsService("referral", "consent"));
  Registrar registrar(jobcentre, service, hub);
  NWD_RETURN_IF_ERROR(registrar.KeepText());

  auto population = std::make_unique<Population>();
  population->people_.resize(people);
  const absl::Time start = absl::Now();
  const uint64_t part = std::max<uint64_t>(1000, people / 10);
  for (uint64_t first = 0; first < population->size(); first += part) {
    const uint64_t turns = std::min<uint64_t>(part, population->size() - first);
    const Operation operation = [&](uint64_t turn) { return registrar.Register(turn, population->people_[turn]); };
    const LoadResult result =
        Drive(hub.runtime(), {.in_flight = kInFlight, .turns = turns, .first_turn = first}, operation);
    NWD_RETURN_IF_ERROR(Clean(result, "registering people"));
    hub.EmptyLogs();
    std::fprintf(stderr, "  %d of %d people, 3 consents each, %.0f s\n", static_cast<int>(first + turns), people,
                 absl::ToDoubleSeconds(absl::Now() - start));
  }
  return population;
}

const Person& Population::Any(uint64_t turn) const { return people_[Spread(turn) % people_.size()]; }
const Person& Population::AnyWithRecord(uint64_t turn) const { return people_[Spread(turn) % with_record_]; }

absl::StatusOr<size_t> Population::PutRecords(Fixture& hub) {
  if (with_record_ > 0) return with_record_;
  NWD_ASSIGN_OR_RETURN(const Connections jobcentre, hub.As(kJobcentre, "consent"));
  rpc::CallOptions options;
  options.practitioner = kPractitioner;
  options.timeout = kPatience;
  const Operation put = [&](uint64_t turn) -> async::Task<absl::Status> {
    const std::vector<cv1::RecordSection> sections = Sections(turn);
    for (const cv1::RecordSection& section : sections) {
      cv1::PutRecordRequest request;
      request.set_person_ref(people_[turn].jobcentre_ref);
      *request.mutable_section() = section;
      const auto kept = co_await jobcentre[turn].Await<cv1::PutRecordResponse>(request, options);
      if (!kept.ok()) co_return kept.status();
    }
    co_return absl::OkStatus();
  };
  const size_t people = std::min(people_.size(), kRecordsMax);
  NWD_RETURN_IF_ERROR(
      Clean(Drive(hub.runtime(), {.in_flight = kInFlight, .turns = people}, put), "putting in records"));
  with_record_ = people;
  return with_record_;
}

}  // namespace nwd::bench
