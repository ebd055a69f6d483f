#include "tests/bench/population.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "deploy/hub/folder.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "tests/bench/load.h"
#include "tests/bench/made_up.h"

namespace nwd::bench {
namespace {

namespace cv1 = consent::v1;

constexpr int kInFlight = 128;
constexpr size_t kRecordsMax = 20'000;
constexpr absl::Duration kPatience = absl::Seconds(60);

absl::Status Clean(const LoadResult& result, const char* what) {
  if (result.failures == 0) return absl::OkStatus();
  return {result.first_failure.code(), Cat(what, ": ", result.failures, " of ", result.operations,
                                           " failed, first with: ", StdView(result.first_failure.message()))};
}

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

absl::Status Register(Fixture& hub, int people, const std::string& out) {
  const absl::Time start = absl::Now();
  const auto say = [&](const std::string& line) {
    std::fprintf(stderr, "  %s of %d people, 3 consents each, %.0f s\n", line.c_str(), people,
                 absl::ToDoubleSeconds(absl::Now() - start));
  };
  NWD_RETURN_IF_ERROR(hub.RunInPlaceOf(
      "consent",
      {Cat(hub::ProgramsFolder(), "/nwd-bench-register"), Cat("--data=", hub::DataFolder(hub.folder(), "consent")),
       Cat("--hub-key=", hub::KeyFile(hub.folder())), Cat("--jobcentre=", hub.jobcentre_id()),
       Cat("--college=", hub.college_id()), Cat("--people=", people), Cat("--out=", out)},
      say));
  NWD_RETURN_IF_ERROR(hub.AwaitQuiet());
  std::fprintf(stderr, "  and known to the other services, %.0f s\n", absl::ToDoubleSeconds(absl::Now() - start));
  return absl::OkStatus();
}

}  // namespace

bool Population::Read(const std::string& file, size_t people) {
  std::error_code error;
  if (std::filesystem::file_size(file, error) != people * sizeof(Person)) return false;
  people_.resize(people);
  std::ifstream in(file, std::ios::binary);
  in.read(reinterpret_cast<char*>(people_.data()), static_cast<std::streamsize>(people * sizeof(Person)));
  return static_cast<bool>(in);
}

absl::StatusOr<std::unique_ptr<Population>> Population::Of(Fixture& hub, int people) {
  auto population = std::make_unique<Population>();
  const std::string file = Cat(hub.folder(), "/people");
  if (population->Read(file, static_cast<size_t>(people))) return population;
  NWD_RETURN_IF_ERROR(Register(hub, people, file));
  if (!population->Read(file, static_cast<size_t>(people)))
    return absl::FailedPreconditionError(Cat(file, " does not hold everybody"));
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
