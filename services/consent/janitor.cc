#include "services/consent/janitor.h"

#include <vector>

#include "common/log/log.h"
#include "services/consent/case_rows.h"
#include "services/consent/code_rows.h"
#include "services/consent/consent_rows.h"
#include "services/consent/consent_states.h"
#include "services/consent/emergency_rows.h"
#include "services/consent/limits.h"
#include "services/consent/match_rows.h"
#include "services/consent/notice_schedule.h"
#include "services/consent/notice_steps.h"

namespace nwd::consent {
namespace {

void SayOverdue(const Parts& parts, const notices::Overdue& overdue) {
  const std::string recipient = overdue.recipient_id.ToString();
  const access::OrganisationPtr organisation = parts.organisations.Known(recipient);
  log::Line(log::Level::kWarning, "consent.notice_overdue")
      .Str("notice_id", consents::IdOf(overdue.notice.notice_id()).ToString())
      .Str("type", v1::NoticeType_Name(overdue.notice.type()))
      .Str("organisation", organisation != nullptr ? organisation->slug : recipient)
      .Bool("unable_to_answer", !overdue.can_be_answered)
      .Emit();
}

}  // namespace

async::Task<void> Janitor::Run(rpc::Stop& stop) {
  while (!co_await stop.WaitUntil(absl::Now() + kJanitorEvery)) {
    const absl::Status announced = co_await AnnounceEnded();
    if (!announced.ok()) log::Line(log::Level::kWarning, "consent.ends_failed").Status(announced).Emit();
    const absl::Status destroyed = co_await DestroyUnusedKeys();
    if (!destroyed.ok()) log::Line(log::Level::kWarning, "consent.unused_keys_failed").Status(destroyed).Emit();
    const absl::Status forgotten = co_await ForgetMatches();
    if (!forgotten.ok()) log::Line(log::Level::kWarning, "consent.matches_failed").Status(forgotten).Emit();
    const absl::Status counted = co_await CountOverdueReviews();
    if (!counted.ok()) log::Line(log::Level::kWarning, "consent.reviews_failed").Status(counted).Emit();
    const absl::Status cases = co_await CountOverdueCases();
    if (!cases.ok()) log::Line(log::Level::kWarning, "consent.cases_failed").Status(cases).Emit();
    const absl::Status followed = co_await FollowNotices();
    if (!followed.ok()) log::Line(log::Level::kWarning, "consent.notices_failed").Status(followed).Emit();
    const absl::Status codes = co_await ForgetCodes();
    if (!codes.ok()) log::Line(log::Level::kWarning, "consent.codes_failed").Status(codes).Emit();
  }
}

async::Task<absl::Status> Janitor::AnnounceEnded() {
  size_t announced = 0;
  do {
    const absl::Time now = parts_.clock.Now();
    auto body = [&](store::Txn& txn) -> absl::Status {
      NWD_ASSIGN_OR_RETURN(std::vector<storage::Consent> over, consents::TakeOver(txn, now, kEndsAnnouncedMax));
      announced = over.size();
      for (storage::Consent& consent : over) {
        // What ended before its time has been told. The state that is kept stays as it was decided.
        if (IsTerminal(consent.state())) continue;
        consent.set_state(StateAt(consent, now));
        AppendConsentChange(txn, consent, now);
      }
      return absl::OkStatus();
    };
    NWD_CO_RETURN_IF_ERROR(co_await parts_.store.Update(body));
  } while (announced == kEndsAnnouncedMax);
  co_return absl::OkStatus();
}

async::Task<absl::Status> Janitor::ForgetMatches() {
  size_t forgotten = 0;
  do {
    auto body = [&](store::Txn& txn) -> absl::Status {
      NWD_ASSIGN_OR_RETURN(forgotten, matches::Sweep(txn, parts_.clock.Now()));
      return absl::OkStatus();
    };
    NWD_CO_RETURN_IF_ERROR(co_await parts_.store.Update(body));
  } while (forgotten > 0);
  co_return absl::OkStatus();
}

async::Task<absl::Status> Janitor::FollowNotices() {
  notices::Followed followed;
  do {
    auto body = [&](store::Txn& txn) { return notices::Follow(txn, parts_.organisations, parts_.clock.Now()); };
    NWD_CO_ASSIGN_OR_RETURN(followed, co_await parts_.store.Update(body));
    for (const ids::Uuid& recipient : followed.reminded) {
      parts_.figures.notice_reminders.Increment();
      parts_.notice_bells.Ring(recipient);
    }
    for (const notices::Overdue& overdue : followed.overdue) SayOverdue(parts_, overdue);
  } while (followed.more);
  auto count = [&](const store::Reader& reader) { return notices::Counts(reader); };
  NWD_CO_ASSIGN_OR_RETURN(const storage::NoticeCounts counts, co_await parts_.store.View(count));
  parts_.figures.notices_open.Set(static_cast<double>(counts.open()));
  parts_.figures.notices_overdue.Set(static_cast<double>(counts.overdue()));
  co_return absl::OkStatus();
}

async::Task<absl::Status> Janitor::CountOverdueReviews() {
  const absl::Time now = parts_.clock.Now();
  auto body = [&](const store::Reader& reader) { return emergencies::CountOverdue(reader, reviews_counted_, now); };
  NWD_CO_ASSIGN_OR_RETURN(const emergencies::Overdue overdue, co_await parts_.store.View(body));
  reviews_counted_ = now;
  parts_.figures.emergency_reviews_overdue.Set(overdue.all);
  if (overdue.newly > 0) {
    log::Line(log::Level::kWarning, "consent.emergency_reviews_overdue")
        .Int("newly", overdue.newly)
        .Int("overdue", overdue.all)
        .Emit();
  }
  co_return absl::OkStatus();
}

async::Task<absl::Status> Janitor::CountOverdueCases() {
  const absl::Time now = parts_.clock.Now();
  auto body = [&](const store::Reader& reader) { return cases::CountOverdue(reader, cases_counted_, now); };
  NWD_CO_ASSIGN_OR_RETURN(const cases::Overdue overdue, co_await parts_.store.View(body));
  cases_counted_ = now;
  parts_.figures.cases_overdue.Set(overdue.all);
  if (overdue.newly > 0) {
    log::Line(log::Level::kWarning, "consent.cases_overdue")
        .Int("newly", overdue.newly)
        .Int("overdue", overdue.all)
        .Emit();
  }
  co_return absl::OkStatus();
}

async::Task<absl::Status> Janitor::ForgetCodes() {
  size_t forgotten = 0;
  do {
    auto body = [&](store::Txn& txn) -> absl::Status {
      NWD_ASSIGN_OR_RETURN(forgotten, codes::Sweep(txn, parts_.clock.Now()));
      return absl::OkStatus();
    };
    NWD_CO_RETURN_IF_ERROR(co_await parts_.store.Update(body));
  } while (forgotten > 0);
  co_return absl::OkStatus();
}

}  // namespace nwd::consent
