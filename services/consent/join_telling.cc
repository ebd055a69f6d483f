#include "services/consent/join_telling.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "common/base/macros.h"
#include "services/consent/consent_rows.h"
#include "services/consent/disclosure_rows.h"
#include "services/consent/enrolments.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"
#include "services/consent/telling.h"

namespace nwd::consent {
namespace {

// By organisation, the first of these ids that it holds or, a resident channel, was enrolled under.
using Holders = std::map<ids::Uuid, ids::Uuid>;

absl::StatusOr<Holders> HoldersOf(const store::Reader& reader, const Family& family) {
  Holders holders;
  for (const ids::Uuid& person : family) {
    const std::string prefix = keys::HoldersOf(person);
    NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(prefix), store::Direction::kForward,
                                    [&](std::string_view key, std::string_view) {
                                      holders.try_emplace(consents::IdOf(key.substr(prefix.size())), person);
                                      return store::Visit::kContinue;
                                    }));
    NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> channels, enrolments::ChannelsUnder(reader, person));
    for (const ids::Uuid& channel : channels) holders.try_emplace(channel, person);
  }
  return holders;
}

std::optional<ids::Uuid> HeldIn(const Holders& holders, const ids::Uuid& organisation) {
  const auto found = holders.find(organisation);
  if (found == holders.end()) return std::nullopt;
  return found->second;
}

// What one recipient was given of both, by time.
using Released = std::multimap<int64_t, disclosures::Placed, std::greater<>>;

absl::Status Walk(const store::Reader& reader, const Family& family,
                  absl::FunctionRef<void(const disclosures::Placed&)> visit) {
  int budget = kDisclosuresLookedAtMax;
  for (const ids::Uuid& person : family) NWD_RETURN_IF_ERROR(disclosures::WalkNewest(reader, person, budget, visit));
  return absl::OkStatus();
}

// By recipient, the disclosures that stand with both.
absl::StatusOr<std::map<ids::Uuid, Released>> ReleasedOfBoth(const store::Reader& reader, const Family& one,
                                                             const Family& other) {
  absl::flat_hash_set<ids::Uuid> of_one;
  NWD_RETURN_IF_ERROR(
      Walk(reader, one, [&](const disclosures::Placed& placed) { of_one.insert(placed.disclosure_id); }));
  std::map<ids::Uuid, Released> released;
  NWD_RETURN_IF_ERROR(Walk(reader, other, [&](const disclosures::Placed& placed) {
    if (of_one.erase(placed.disclosure_id) == 0) return;  // once, though it may stand with several of the family
    released[consents::IdOf(placed.disclosure.recipient_id())].emplace(placed.time_us, placed);
  }));
  return released;
}

storage::Notice NoticeOf(v1::NoticeType type, const ids::Uuid& person, const std::optional<ids::Uuid>& other) {
  storage::Notice notice;
  notice.set_type(type);
  notice.set_person_id(std::string(person.bytes()));
  if (other.has_value()) notice.set_other_person_id(std::string(other->bytes()));
  return notice;
}

}  // namespace

absl::Status TellMerged(store::Txn& txn, const Family& one, const Family& other, absl::Time now,
                        std::vector<ids::Uuid>& told) {
  NWD_ASSIGN_OR_RETURN(const Holders of_one, HoldersOf(txn, one));
  NWD_ASSIGN_OR_RETURN(const Holders of_other, HoldersOf(txn, other));
  for (const auto& [organisation, person] : of_one) {
    const std::optional<ids::Uuid> second = HeldIn(of_other, organisation);
    if (!second.has_value()) continue;
    NWD_RETURN_IF_ERROR(Tell(txn, organisation, NoticeOf(v1::NOTICE_TYPE_MERGE, person, second), {}, now, told));
  }
  return absl::OkStatus();
}

absl::Status TellSplit(store::Txn& txn, const Family& one, const Family& other, absl::Time now,
                       std::vector<ids::Uuid>& told) {
  NWD_ASSIGN_OR_RETURN(const Holders of_one, HoldersOf(txn, one));
  NWD_ASSIGN_OR_RETURN(const Holders of_other, HoldersOf(txn, other));
  NWD_ASSIGN_OR_RETURN(auto concerned, ReleasedOfBoth(txn, one, other));
  for (const auto& [organisation, person] : of_one) {
    if (of_other.contains(organisation)) concerned.try_emplace(organisation);
  }
  for (const auto& [organisation, released] : concerned) {
    const std::optional<ids::Uuid> first = HeldIn(of_one, organisation), second = HeldIn(of_other, organisation);
    std::optional<ids::Uuid> person = first.has_value() ? first : second;
    if (!person.has_value()) {
      NWD_ASSIGN_OR_RETURN(person, KnownBy(txn, released.begin()->second.disclosure, one.front()));
    }
    Touched touched;
    for (const auto& [time_us, placed] : released) touched.Add(placed.disclosure_id);
    const std::optional<ids::Uuid> also = first.has_value() ? second : std::nullopt;
    NWD_RETURN_IF_ERROR(Tell(txn, organisation, NoticeOf(v1::NOTICE_TYPE_SPLIT, *person, also), touched, now, told));
  }
  return absl::OkStatus();
}

}  // namespace nwd::consent
