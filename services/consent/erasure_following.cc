#include "services/consent/erasure_following.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/backup/backup.h"
#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "common/log/log.h"
#include "services/consent/consent_rows.h"
#include "services/consent/erasure_rows.h"
#include "services/consent/limits.h"

namespace nwd::consent {

async::Task<void> ErasureFollowing::Run(rpc::Stop& stop) {
  absl::Duration pause = kErasuresFollowedEvery;
  while (!co_await stop.WaitUntil(absl::Now() + pause)) {
    const size_t before = not_gone_;
    const absl::Status followed = co_await Follow();
    const bool waits = not_gone_ > 0 && not_gone_ == before;
    pause = waits ? std::min(2 * pause, kErasuresFollowedSeldom) : kErasuresFollowedEvery;
    if (!followed.ok()) log::Line(log::Level::kWarning, "consent.erasures_failed").Status(followed).Emit();
  }
}

async::Task<absl::Status> ErasureFollowing::Follow() {
  absl::Status failed;
  not_gone_ = 0;
  size_t all = 0;
  ids::Uuid last;
  auto look = [&](const store::Reader& reader) { return erasures::Open(reader, last, kErasuresReadAtOnce); };
  while (true) {
    NWD_CO_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> open, co_await parts_.store.View(look));
    if (open.empty()) break;
    // The keys of all that are listed are destroyed before the first of them has the files rewritten: one rewriting does for
    // all. An erasure that is carried out meanwhile is in a later list.
    for (const ids::Uuid& case_id : open) failed.Update(co_await SweepOne(case_id));
    bool forgotten = false;
    for (const ids::Uuid& case_id : open) {
      const absl::Status followed = co_await FollowOne(case_id, forgotten);
      failed.Update(followed);  // one that fails does not hold up the others
    }
    all += open.size();
    last = open.back();
  }
  parts_.figures.erasures_open.Set(static_cast<double>(all));
  co_return failed;
}

async::Task<absl::Status> ErasureFollowing::FollowOne(ids::Uuid case_id, bool& forgotten) {
  auto look = [&](const store::Reader& reader) { return erasures::Find(reader, case_id); };
  NWD_CO_ASSIGN_OR_RETURN(std::optional<storage::Erasure> erasure, co_await parts_.store.View(look));
  if (!erasure.has_value()) co_return absl::DataLossError("an index of erasures names one that is not there");
  if (!erasure->swept()) co_return absl::OkStatus();  // what kept it from being so is said
  if (erasure->gone_time_us() == 0) {
    ++not_gone_;
    NWD_CO_ASSIGN_OR_RETURN(const Left left, co_await WhatIsLeft(*erasure, forgotten));
    if (left.in_live_files) co_return absl::OkStatus();
    erasure->set_gone_time_us(Micros(parts_.clock.Now()));
    NWD_CO_RETURN_IF_ERROR(
        co_await Keep(case_id, [&](storage::Erasure& kept) { kept.set_gone_time_us(erasure->gone_time_us()); }));
    --not_gone_;
  }
  const absl::Time gone_since = FromMicros(erasure->gone_time_us());
  if (parts_.clock.Now() < gone_since + backup::kKeyBackupsKept) {
    due_.erase(case_id);
    co_return absl::OkStatus();
  }
  if (!HasSettled(case_id)) co_return absl::OkStatus();
  // A service that was restored from a backup meanwhile has the keys again.
  NWD_CO_ASSIGN_OR_RETURN(const Left left, co_await WhatIsLeft(*erasure, forgotten));
  if (left.in_live_files) {
    co_return co_await Keep(case_id, [](storage::Erasure& kept) { kept.clear_gone_time_us(); });
  }
  if (left.oldest_backup.has_value() && *left.oldest_backup <= gone_since) {
    SayWaits(case_id, *left.oldest_backup);
    co_return absl::OkStatus();
  }
  due_.erase(case_id);
  co_return co_await Keep(case_id, [](storage::Erasure& kept) { kept.set_complete(true); });
}

bool ErasureFollowing::HasSettled(const ids::Uuid& case_id) {
  const absl::Time now = steady_now_();
  return now - due_.try_emplace(case_id, Due{.since = now}).first->second.since >= kErasureSettle;
}

void ErasureFollowing::SayWaits(const ids::Uuid& case_id, absl::Time oldest_backup) {
  Due& due = due_[case_id];
  if (steady_now_() - due.said < kErasureWaitsSaidEvery) return;
  due.said = steady_now_();
  log::Line(log::Level::kError, "consent.erasure_waits_for_backups")
      .Str("case_id", case_id.ToString())
      .Str("oldest_key_backup", absl::FormatTime(absl::RFC3339_sec, oldest_backup, absl::UTCTimeZone()))
      .Emit();
}

async::Task<absl::Status> ErasureFollowing::SweepOne(ids::Uuid case_id) {
  auto look = [&](const store::Reader& reader) { return erasures::Find(reader, case_id); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::Erasure> erasure, co_await parts_.store.View(look));
  if (!erasure.has_value() || erasure->swept()) co_return absl::OkStatus();
  co_return co_await Sweep(case_id, *erasure);
}

async::Task<absl::Status> ErasureFollowing::Sweep(ids::Uuid case_id, const storage::Erasure& erasure) {
  for (const std::string& bytes : erasure.person_ids()) {
    const absl::Status destroyed = co_await parts_.person_keys.Destroy(consents::IdOf(bytes));
    if (!destroyed.ok() && !absl::IsNotFound(destroyed)) co_return destroyed;
  }
  for (const std::string& bytes : erasure.person_ids()) {
    const ids::Uuid person_id = consents::IdOf(bytes);
    const auto sweep = [&](store::Txn& txn) { return erasures::SweepSome(txn, person_id, kErasedRowsSweptMax); };
    for (bool more = true; more;) {
      NWD_CO_ASSIGN_OR_RETURN(more, co_await parts_.store.Update(sweep));
    }
  }
  co_return co_await Keep(case_id, [](storage::Erasure& kept) { kept.set_swept(true); });
}

async::Task<absl::StatusOr<ErasureFollowing::Left>> ErasureFollowing::WhatIsLeft(const storage::Erasure& erasure,
                                                                                 bool& forgotten) {
  Left left;
  if (elsewhere_ != nullptr) {
    std::vector<std::string> people;
    for (const std::string& bytes : erasure.person_ids()) people.push_back(consents::IdOf(bytes).ToString());
    NWD_CO_ASSIGN_OR_RETURN(const HeldElsewhere::KeysLeft theirs, co_await elsewhere_->ConfirmErasure(people));
    if (!theirs.gone) co_return left;
    left.oldest_backup = theirs.oldest_backup;
  }
  if (key_files_.forget_deleted != nullptr && !forgotten) {
    NWD_CO_RETURN_IF_ERROR(co_await parts_.workers.Run(key_files_.forget_deleted));
    forgotten = true;
  }
  left.in_live_files = false;
  if (key_files_.oldest_backup == nullptr) co_return left;
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<absl::Time> ours, co_await parts_.workers.Run(key_files_.oldest_backup));
  if (ours.has_value()) left.oldest_backup = std::min(*ours, left.oldest_backup.value_or(absl::InfiniteFuture()));
  co_return left;
}

async::Task<absl::Status> ErasureFollowing::Keep(ids::Uuid case_id, std::function<void(storage::Erasure&)> change) {
  auto body = [&](store::Txn& txn) -> absl::Status {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Erasure> erasure, erasures::Find(txn, case_id));
    if (!erasure.has_value()) return absl::DataLossError("an erasure that was followed is not there");
    change(*erasure);
    erasures::Put(txn, case_id, *erasure);
    return absl::OkStatus();
  };
  co_return co_await parts_.store.Update(body);
}

}  // namespace nwd::consent
