#include "services/referral/split_people.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/log/log.h"
#include "common/store/proto_value.h"
#include "services/referral/keys.h"
#include "services/referral/limits.h"
#include "services/referral/repository.h"
#include "services/referral/times.h"

namespace nwd::referral {
namespace {

using common::v1::Change;
using common::v1::PersonChange;

bool Splits(const Change& change) { return change.has_person() && change.person().type() == PersonChange::TYPE_SPLIT; }

}  // namespace

void SplitPeople::Apply(store::Txn& txn, const Change& change) {
  if (!Splits(change)) return;
  const PersonChange& split = change.person();
  const std::optional<ids::Uuid> organisation = ids::Uuid::Parse(split.organisation_id());
  if (!organisation) return;
  for (const std::string& person_id : {split.person_id(), split.other_person_id()}) {
    if (ids::Uuid::Parse(person_id)) {
      txn.Put(keys::SplitPersonWaiting(person_id), Cat(organisation->bytes(), Micros(change.change_time())));
    }
  }
}

void SplitPeople::Applied(const std::vector<Change>& changes) {
  if (std::any_of(changes.begin(), changes.end(), Splits)) noted_.Notify();
}

async::Task<absl::StatusOr<std::vector<SplitPeople::Waiting>>> SplitPeople::WhoWaits() {
  auto body = [](const store::Reader& reader) -> absl::StatusOr<std::vector<Waiting>> {
    std::vector<Waiting> waiting;
    NWD_RETURN_IF_ERROR(reader.Scan(
        store::PrefixRange(keys::SplitPeopleWaiting()), store::Direction::kForward,
        [&](std::string_view key, std::string_view value) {
          waiting.push_back({keys::LastId(key), keys::IdText(value.substr(0, keys::kIdBytes)), std::string(value)});
          return std::ssize(waiting) < kSplitPeopleAtOnce ? store::Visit::kContinue : store::Visit::kStop;
        }));
    return waiting;
  };
  co_return co_await parts_.store.View(body);
}

async::Task<absl::StatusOr<std::set<std::string>>> SplitPeople::Concerned(const std::vector<Waiting>& waiting) {
  std::set<std::string> people;
  for (const Waiting& one : waiting) {
    people.insert(one.person_id);
    const PersonQuestion whom = {one.organisation_id, "", one.person_id, one.organisation_id};
    const absl::StatusOr<ResolvedPerson> resolved = co_await parts_.peers.consent.Resolve(whom, rpc::CallOptions());
    if (absl::IsPermissionDenied(resolved.status())) continue;  // erased since
    if (!resolved.ok()) co_return resolved.status();
    people.insert(resolved->joined_person_ids.begin(), resolved->joined_person_ids.end());
  }
  co_return people;
}

async::Task<absl::StatusOr<SplitPeople::Page>> SplitPeople::PageAfter(const std::string& key,
                                                                      const std::set<std::string>& people) {
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<Page> {
    Page page;
    absl::Status parsed;
    int looked_at = 0;
    store::Range range = store::PrefixRange(keys::Referrals());
    if (!key.empty()) range.begin = key + '\0';
    NWD_RETURN_IF_ERROR(
        reader.Scan(range, store::Direction::kForward, [&](std::string_view at, std::string_view value) {
          absl::StatusOr<storage::Referral> referral = store::ParseValue<storage::Referral>(at, value);
          parsed = referral.status();
          if (!parsed.ok()) return store::Visit::kStop;
          if (people.contains(referral->person_id())) page.referrals.push_back(*std::move(referral));
          if (++looked_at < kReferralsPerConsentRound) return store::Visit::kContinue;
          page.last = at;
          return store::Visit::kStop;
        }));
    if (!parsed.ok()) return parsed;
    return page;
  };
  co_return co_await parts_.store.View(body);
}

async::Task<absl::StatusOr<bool>> SplitPeople::FileAnew(const storage::Referral& referral) {
  const std::string& holder = referral.person_holder_organisation_id();
  const PersonQuestion whom = {holder.empty() ? referral.referrer_organisation_id() : holder, "", referral.person_id(),
                               referral.receiver_organisation_id()};
  const absl::StatusOr<ResolvedPerson> person = co_await parts_.peers.consent.Resolve(whom, rpc::CallOptions());
  if (absl::IsPermissionDenied(person.status())) co_return false;  // erased since
  if (!person.ok()) co_return person.status();
  auto body = [&](store::Txn& txn) -> absl::StatusOr<bool> {
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Referral> before, repository::Find(txn, referral.referral_id()));
    if (!before || before->receiver_person_ref() == person->other_person_ref) return false;
    storage::Referral after = *before;
    after.set_receiver_person_ref(person->other_person_ref);
    repository::Put(txn, &*before, after);
    return true;
  };
  co_return co_await parts_.store.Update(body);
}

async::Task<absl::StatusOr<int>> SplitPeople::GoThrough(const rpc::Stop* stop) {
  int filed = 0;
  while (true) {
    NWD_CO_ASSIGN_OR_RETURN(const std::vector<Waiting> waiting, co_await WhoWaits());
    if (waiting.empty()) co_return filed;
    NWD_CO_ASSIGN_OR_RETURN(const std::set<std::string> people, co_await Concerned(waiting));
    std::string last;
    do {
      if (stop != nullptr && stop->requested()) co_return filed;
      NWD_CO_ASSIGN_OR_RETURN(const Page page, co_await PageAfter(last, people));
      for (const storage::Referral& referral : page.referrals) {
        NWD_CO_ASSIGN_OR_RETURN(const bool anew, co_await FileAnew(referral));
        if (anew) ++filed;
      }
      last = page.last;
    } while (!last.empty());
    // Who was split once more meanwhile waits still.
    auto done = [&](store::Txn& txn) -> absl::Status {
      for (const Waiting& one : waiting) {
        const std::string row = keys::SplitPersonWaiting(one.person_id);
        std::string now;
        NWD_ASSIGN_OR_RETURN(const bool there, txn.Get(row, &now));
        if (there && now == one.noted) txn.Delete(row);
      }
      return absl::OkStatus();
    };
    NWD_CO_RETURN_IF_ERROR(co_await parts_.store.Update(done));
  }
}

async::Task<void> SplitPeople::Run(rpc::Stop& stop) {
  while (!stop.requested()) {
    const uint64_t seen = noted_.Count();
    const absl::StatusOr<int> filed = co_await GoThrough(&stop);
    if (!filed.ok()) log::Line(log::Level::kWarning, "referral.split_people").Status(filed.status()).Emit();
    if (stop.requested()) co_return;
    // Woken by the follower; the pause bounds how long a failure or a stop waits.
    co_await noted_.WaitPast(seen, absl::Now() + kEndedBasesPause);
  }
}

}  // namespace nwd::referral
