// Registers the people of the benches, three consents each, on the data of a consent service that does not run: the
// handlers of the calls without the calls, which would take most of the time.
//
//   nwd-bench-register --data FOLDER --hub-key FILE --jobcentre ID --college ID --people 1000000 --out FILE
//
// Says "registered 50000" from time to time, when FILE holds a Person for each of them, and "done" at the end. Where
// FILE holds some already, it goes on after those.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "common/async/block_on.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/config/config.h"
#include "common/store_rocksdb/rocks_store.h"
#include "services/consent/services.h"
#include "tests/bench/made_up.h"
#include "tests/bench/person.h"
#include "tests/testing/method_of.h"

namespace nwd::bench {
namespace {

namespace cv1 = consent::v1;
using common::v1::Category;
using common::v1::Purpose;

constexpr int kInFlight = 256;  // so many share a durable write
constexpr size_t kSayEvery = 50'000;
constexpr absl::Duration kValid = absl::Hours(24 * 365);

struct Asked {
  std::string data, hub_key, jobcentre, college, out;
  int people = 0;
};

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
  *terms.mutable_valid_until() = ToTimestamp(absl::Now() + kValid);
  terms.set_standing(standing);
  terms.set_method(cv1::CAPTURE_METHOD_SPOKEN);
  terms.set_language("en");
  terms.set_text_sha256(text_sha256);
  return terms;
}

// Nothing is measured on half a register.
void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "nwd-bench-register: %s\n", status.ToString().c_str());
  std::exit(2);
}

class Register {
 public:
  Register(const Asked& asked, const crypto::HubKey& hub_key, store::Store& data, store::Store& keys)
      : college_(*ids::Uuid::Parse(asked.college)),
        jobcentre_(*ids::Uuid::Parse(asked.jobcentre)),
        services_({.store = data,
                   .keys = keys,
                   .hub_key = hub_key,
                   .clock = SystemClock::Get(),
                   .calendar = calendar_,
                   .registry = Known(asked),
                   .ask_organisation = AskNobody,
                   .ask_agreement = AskNobody,
                   .metrics = metrics_,
                   .options = {.compared_a_day_max = consent::kComparedADayLimit}}) {
    DrawUpTerms(asked.college);
  }

  // Those from `first` on, `count` of them; blocks.
  std::vector<Person> Enter(size_t first, size_t count) {
    std::vector<Person> people(count);
    async::LocalExecutor executor;
    size_t next = 0;
    int running = kInFlight;
    auto desk = [&]() -> async::Task<void> {
      while (next < count) {
        const size_t i = next++;
        people[i] = co_await EnterOne(first + i);
      }
      if (--running == 0) executor.Stop();
    };
    executor.Post([&] {
      for (int i = kInFlight; i > 0; --i) async::Spawn(desk());
    });
    executor.Run();
    return people;
  }

 private:
  const access::Registry& Known(const Asked& asked) {
    access::Organisation organisation;
    organisation.state = common::v1::ORGANISATION_STATE_ACTIVE;
    organisation.roles = {common::v1::ROLE_AGENCY};
    organisation.organisation_id = asked.college;
    organisation.kind = common::v1::ORGANISATION_KIND_COLLEGE;
    registry_.Set(organisation);
    organisation.organisation_id = asked.jobcentre;
    organisation.kind = common::v1::ORGANISATION_KIND_JOBCENTRE;
    registry_.Set(organisation);
    return registry_;
  }

  void DrawUpTerms(const std::string& college) {
    cv1::CreateTextRequest words;
    words.set_text("May we share what you told us, so that you need not tell it again?");
    words.set_language("en");
    words.set_version("bench");
    const auto kept = async::BlockOn(Ask(services_.text(), &consent::TextService::CreateText, words));
    Require(kept.status());
    const std::string& text = kept->text_sha256();
    terms_[0] = Terms(common::v1::PURPOSE_EMPLOYMENT_SUPPORT,
                      {common::v1::CATEGORY_IDENTITY, common::v1::CATEGORY_CIRCUMSTANCES, common::v1::CATEGORY_SKILLS},
                      true, college, text);
    terms_[1] = Terms(common::v1::PURPOSE_REFERRAL,
                      {common::v1::CATEGORY_IDENTITY, common::v1::CATEGORY_CONTACT, common::v1::CATEGORY_CIRCUMSTANCES},
                      false, college, text);
    terms_[2] = Terms(common::v1::PURPOSE_FOLLOW_UP, {common::v1::CATEGORY_CONTACT}, true, college, text);
  }

  // As the job centre.
  template <class Handler, class Request, class Response>
  async::Task<absl::StatusOr<Response>> Ask(Handler& handler,
                                            async::Task<absl::StatusOr<Response>> (Handler::*member)(rpc::Call&,
                                                                                                     const Request&),
                                            const Request& request) {
    static const google::protobuf::MethodDescriptor& method = testing::MethodOf(*Request::descriptor());
    static const common::v1::AccessRule rule = method.options().GetExtension(common::v1::access);
    rpc::Call call(method, rule, SystemClock::Get());
    rpc::Call::Facts facts;
    facts.caller.kind = access::Caller::Kind::kOrganisation;
    facts.caller.organisation = registry_.FindById(jobcentre_.ToString());
    facts.practitioner = kPractitioner;
    call.SetFacts(std::move(facts));
    co_return co_await (handler.*member)(call, request);
  }

  async::Task<Person> EnterOne(size_t i) {
    Person person{};
    cv1::RegisterPersonRequest request;
    *request.mutable_details() = MadeUp(i);
    const auto registered = co_await Ask(services_.person(), &consent::PersonService::RegisterPerson, request);
    Require(registered.status());
    person.jobcentre_ref = registered->person_ref();
    const auto person_id = services_.references().PersonOf(jobcentre_, registered->person_ref());
    person.college_ref = services_.references().ReferenceOf(college_, *person_id);
    person.support_consent_id = co_await Agree(registered->person_ref(), terms_[0]);
    person.referral_consent_id = co_await Agree(registered->person_ref(), terms_[1]);
    person.follow_up_consent_id = co_await Agree(registered->person_ref(), terms_[2]);
    co_return person;
  }

  // Asked for, and given; its id.
  async::Task<std::string> Agree(const std::string& person_ref, const cv1::ConsentTerms& terms) {
    cv1::CreateConsentRequest create;
    create.set_person_ref(person_ref);
    *create.mutable_terms() = terms;
    create.set_request(true);
    const auto created = co_await Ask(services_.consent(), &consent::ConsentService::CreateConsent, create);
    Require(created.status());
    cv1::RecordDecisionRequest decide;
    decide.set_consent_id(created->consent_id());
    decide.set_etag(created->etag());
    decide.set_decision(cv1::CONSENT_STATE_GIVEN);
    const auto decided = co_await Ask(services_.decision(), &consent::DecisionService::RecordDecision, decide);
    Require(decided.status());
    co_return created->consent_id();
  }

  static async::Task<absl::Status> AskNobody(const std::string&) { co_return absl::OkStatus(); }

  const calendar::WorkingCalendar calendar_ = *calendar::WorkingCalendar::FromHolidays({});
  const ids::Uuid college_, jobcentre_;
  access::Registry registry_;
  metrics::Registry metrics_;
  consent::Services services_;
  std::array<cv1::ConsentTerms, 3> terms_;
};

// A few at a time, so that a run that is broken off can go on.
absl::Status RegisterAll(Register& desk, size_t people, const std::string& file) {
  std::error_code none;
  size_t done = std::filesystem::exists(file, none) ? std::filesystem::file_size(file, none) / sizeof(Person) : 0;
  if (done > 0) std::filesystem::resize_file(file, done * sizeof(Person), none);
  std::ofstream out(file, std::ios::binary | std::ios::app);
  while (done < people) {
    const std::vector<Person> more = desk.Enter(done, std::min(kSayEvery, people - done));
    out.write(reinterpret_cast<const char*>(more.data()), static_cast<std::streamsize>(more.size() * sizeof(Person)));
    out.flush();
    if (!out) return absl::UnavailableError(Cat("cannot write ", file));
    done += more.size();
    std::printf("registered %zu\n", done), std::fflush(stdout);
  }
  return absl::OkStatus();
}

int Run(int argc, char** argv) {
  Asked asked;
  config::Options options("nwd-bench-register", "Registers the people of the benches.");
  options.Add("--data", &asked.data, "The consent service's folder").Required().ExistingFolder();
  options.Add("--hub-key", &asked.hub_key, "The hub's key").Required().ExistingFile();
  options.Add("--jobcentre", &asked.jobcentre, "Who registers").Required();
  options.Add("--college", &asked.college, "Whom the consents name").Required();
  options.Add("--people", &asked.people, "How many").Required().Range(1, 10'000'000);
  options.Add("--out", &asked.out, "File of those registered").Required();
  if (const auto code = options.Parse(argc, argv)) return *code;

  const auto fail = [](const absl::Status& status) {
    std::fprintf(stderr, "nwd-bench-register: %s\n", std::string(status.message()).c_str());
    return 2;
  };
  const auto hub_key = crypto::HubKey::FromFile(asked.hub_key, crypto::HubKey::IfMissing::kFail);
  if (!hub_key.ok()) return fail(hub_key.status());
  auto keys = store::RocksStore::Open({.folder = Cat(asked.data, "/keys")});
  if (!keys.ok()) return fail(keys.status());
  auto data = store::RocksStore::Open({.folder = Cat(asked.data, "/data")});
  if (!data.ok()) return fail(data.status());

  Register desk(asked, *hub_key, **data, **keys);
  const absl::Status registered = RegisterAll(desk, static_cast<size_t>(asked.people), asked.out);
  if (!registered.ok()) return fail(registered);
  std::printf("done\n");
  return 0;
}

}  // namespace
}  // namespace nwd::bench

int main(int argc, char** argv) { return nwd::bench::Run(argc, argv); }
