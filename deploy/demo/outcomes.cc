// What became of it: outcomes, the end of support, and the journey as one organisation may see it.
#include <algorithm>
#include <array>
#include <map>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "deploy/demo/chapters.h"
#include "nwd/outcome/v1/outcome_service.pb.h"

namespace nwd::demo {
namespace {

namespace v1 = outcome::v1;
using referral::v1::REFERRAL_ACTION_CLOSE;
using referral::v1::REFERRAL_ACTION_COMPLETE;
using referral::v1::REFERRAL_STATE_IN_PROGRESS;
using Figure = absl::StatusOr<std::string>;

constexpr int kPayPence = 1480;
constexpr int kHours = 30;

v1::OutcomeKind KindFor(const MadeUpPerson& who) {
  static const auto* const kKinds = new std::map<std::string, v1::OutcomeKind>{
      {"english", v1::OUTCOME_KIND_TRAINING_START},
      {"functional-skills", v1::OUTCOME_KIND_QUALIFICATION},
      {"qualification", v1::OUTCOME_KIND_QUALIFICATION},
      {"digital", v1::OUTCOME_KIND_TRAINING_COMPLETION},
      {"apprenticeship", v1::OUTCOME_KIND_APPRENTICESHIP_START},
      {"experience", v1::OUTCOME_KIND_WORK_PLACEMENT},
      {"debt", v1::OUTCOME_KIND_DEBT_SUPPORT},
      {"benefits", v1::OUTCOME_KIND_DEBT_SUPPORT},
      {"housing", v1::OUTCOME_KIND_HOUSING_SUPPORT},
      {"low-mood", v1::OUTCOME_KIND_MENTAL_HEALTH_SUPPORT},
      {"childcare", v1::OUTCOME_KIND_CHILDCARE_SUPPORT},
      {"self-employed", v1::OUTCOME_KIND_SELF_EMPLOYMENT},
      {"better-pay", v1::OUTCOME_KIND_IN_WORK_PROGRESSION},
      {"confidence", v1::OUTCOME_KIND_CONFIDENCE},
  };
  const auto found = kKinds->find(who.needs.front().code);
  return found == kKinds->end() ? v1::OUTCOME_KIND_JOB_START : found->second;
}

absl::Status Record(World& world, const Case& referral) {
  v1::RecordOutcomeRequest request;
  request.set_referral_id(referral.referral_id);
  request.set_kind(KindFor(world.people[referral.person].made_up));
  request.set_occurred_on(absl::FormatCivilTime(absl::ToCivilDay(absl::Now(), absl::UTCTimeZone())));
  request.set_evidence(v1::EVIDENCE_PERSON_SAID);
  if (request.kind() == v1::OUTCOME_KIND_JOB_START) {
    request.set_hourly_pay_pence(kPayPence);
    request.set_weekly_hours(kHours);
  }
  return world.Call<v1::RecordOutcomeResponse>(referral.receiver, request).status();
}

Figure NoOutcomeNoCompletion(World& world) {
  const auto in_progress = [](const Case& referral) { return referral.state == REFERRAL_STATE_IN_PROGRESS; };
  const auto found = std::find_if(world.cases.begin(), world.cases.end(), in_progress);
  NWD_RETURN_IF_ERROR(Holds("a referral is in progress", found != world.cases.end()));
  Case referral = *found;
  const absl::Status completed = world.Move(referral, referral.receiver, REFERRAL_ACTION_COMPLETE);
  NWD_RETURN_IF_ERROR(Refused("completing without an outcome", completed, absl::StatusCode::kFailedPrecondition));
  v1::RecordOutcomeRequest request;
  request.set_referral_id(referral.referral_id);
  request.set_kind(v1::OUTCOME_KIND_CV);
  request.set_occurred_on(absl::FormatCivilTime(absl::ToCivilDay(absl::Now(), absl::UTCTimeZone())));
  const auto by_other = world.Call<v1::RecordOutcomeResponse>(kUnrelated, request);
  NWD_RETURN_IF_ERROR(Refused("an outcome recorded by an unrelated organisation", by_other.status(),
                              absl::StatusCode::kPermissionDenied));
  return "FAILED_PRECONDITION without one; PERMISSION_DENIED for others";
}

absl::Status Finish(World& world, Case& referral) {
  NWD_RETURN_IF_ERROR(Record(world, referral));
  NWD_RETURN_IF_ERROR(world.Move(referral, referral.receiver, REFERRAL_ACTION_COMPLETE));
  NWD_RETURN_IF_ERROR(world.Move(referral, referral.referrer, REFERRAL_ACTION_CLOSE));
  v1::ListOutcomesRequest request;
  request.set_referral_id(referral.referral_id);
  NWD_ASSIGN_OR_RETURN(const auto listed, world.Call<v1::ListOutcomesResponse>(referral.referrer, request));
  NWD_RETURN_IF_ERROR(Same("outcomes the referrer sees", 1, listed.outcomes_size()));
  for (const std::string& credited : {world.IdOf(referral.referrer), world.IdOf(referral.receiver)}) {
    const auto& all = listed.outcomes(0).credited_organisation_ids();
    NWD_RETURN_IF_ERROR(Holds("everyone in the chain of a referral is credited",
                              std::find(all.begin(), all.end(), credited) != all.end()));
  }
  return absl::OkStatus();
}

Figure FinishAll(World& world, Story& story) {
  std::atomic<int> finished = 0, jobs = 0;
  const absl::Status done = InParallel(world.cases.size(), [&](int i) -> absl::Status {
    Case& referral = world.cases[i];
    if (referral.state != REFERRAL_STATE_IN_PROGRESS || referral.plot == Plot::kWithdrawnAfterStart)
      return absl::OkStatus();
    ++finished;
    jobs += KindFor(world.people[referral.person].made_up) == v1::OUTCOME_KIND_JOB_START;
    return Finish(world, referral);
  });
  NWD_RETURN_IF_ERROR(done);
  story.Count("outcomes", finished);
  return Cat(finished.load(), " outcomes, ", jobs.load(),
             " of them jobs; completed, closed, referrer and receiver credited");
}

// The journey is put together from the other services' change feeds, so it is a moment behind.
Figure JourneysAreKept(World& world) {
  int steps = 0;
  const absl::Time begin = absl::Now();
  for (const Case& referral : world.cases) {
    if (referral.state != referral::v1::REFERRAL_STATE_CLOSED) continue;
    v1::GetJourneyRequest request;
    request.set_person_ref(world.people[referral.person].refs.at(referral.referrer));
    request.set_page_size(500);
    NWD_RETURN_IF_ERROR(Soon("the close of a referral in the person's journey", [&]() -> absl::StatusOr<bool> {
      auto journey = world.Call<v1::GetJourneyResponse>(referral.referrer, request);
      if (!journey.ok()) return journey.status();
      const auto closed = [&](const v1::JourneyStep& step) {
        return step.referral_id() == referral.referral_id && absl::StrContains(step.type(), "close");
      };
      if (std::none_of(journey->steps().begin(), journey->steps().end(), closed)) return false;
      steps += journey->steps_size();
      return true;
    }));
  }
  return Cat(steps, " steps in order; up to date ", absl::ToInt64Milliseconds(absl::Now() - begin),
             " ms after the last");
}

}  // namespace

void TellOutcomes(World& world, Story& story) {
  story.Chapter("Outcomes: what became of it");
  story.Step("without an outcome support does not count as completed", [&] { return NoOutcomeNoCompletion(world); });
  story.Step("outcomes are recorded, referrals completed and closed", [&] { return FinishAll(world, story); });
  story.Step("each organisation sees its part of the journey", [&] { return JourneysAreKept(world); });
}

}  // namespace nwd::demo
