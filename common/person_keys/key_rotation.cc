#include "common/person_keys/key_rotation.h"

#include <memory>
#include <utility>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/person_keys/wrapped_key.h"

namespace nwd::person_keys {
namespace {

// The keys of one page, as they lie.
struct Found {
  std::vector<std::pair<ids::Uuid, std::string>> wrapped;
  std::string next;
};

absl::StatusOr<Found> PageFrom(const store::Reader& reader, const std::string& from) {
  Found found;
  store::Range range = store::PrefixRange(WrappedKeyRows());
  if (!from.empty()) range.begin = from;
  NWD_RETURN_IF_ERROR(
      reader.Scan(range, store::Direction::kForward, [&](std::string_view row, std::string_view wrapped) {
        if (found.wrapped.size() == static_cast<size_t>(kRotationPageKeys)) {
          found.next = row;
          return store::Visit::kStop;
        }
        found.wrapped.emplace_back(PersonOfRow(row), wrapped);
        return store::Visit::kContinue;
      }));
  return found;
}

// Whether each wrapping key that keys lie under is among these.
absl::Status CheckNoneIsMissing(const store::Reader& reader, const WrappingRing& ring) {
  uint32_t missing = 0;
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(WrappingKeyRows()), store::Direction::kForward,
                                  [&](std::string_view row, std::string_view check) {
                                    const uint32_t number = NumberOfRow(row);
                                    if (ring.CheckOf(number) == check) return store::Visit::kContinue;
                                    missing = number;
                                    return store::Visit::kStop;
                                  }));
  if (missing == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      Cat("people's keys are wrapped under key ", missing,
          " of the hub's key file, and the file given does not hold that key; restore it from its backup"));
}

}  // namespace

async::Task<absl::Status> KeyRotation::Use(std::vector<crypto::WrappingKey> wrapping_keys) {
  const auto ring = std::make_shared<const WrappingRing>(wrapping_keys);
  auto body = [&](store::Txn& txn) -> absl::Status {
    NWD_RETURN_IF_ERROR(CheckNoneIsMissing(txn, *ring));
    if (ring->newest() != crypto::kRootNumber) {
      txn.Put(WrappingKeyRow(ring->newest()), ring->CheckOf(ring->newest()));
    }
    return absl::OkStatus();
  };
  NWD_CO_RETURN_IF_ERROR(co_await keys_.store().Update(body));
  keys_.set_ring(ring);
  // What was wrapped under an older one is durable before this is: whoever looks from now on meets it.
  auto nothing = [](store::Txn&) { return absl::OkStatus(); };
  co_return co_await keys_.store().Update(nothing);
}

async::Task<absl::StatusOr<RotationPage>> KeyRotation::Rewrap(std::string from) {
  auto look = [&](const store::Reader& reader) { return PageFrom(reader, from); };
  NWD_CO_ASSIGN_OR_RETURN(const Found found, co_await keys_.store().View(look));
  const std::shared_ptr<const WrappingRing> ring = keys_.ring();
  std::vector<ids::Uuid> older;
  for (const auto& [person_id, wrapped] : found.wrapped) {
    if (WrappedUnder(wrapped) != ring->newest()) older.push_back(person_id);
  }
  RotationPage page{found.next, static_cast<int64_t>(found.wrapped.size()), 0, 0};
  if (older.empty()) co_return page;

  auto body = [&](store::Txn& txn) -> absl::Status {
    page.rewrapped = page.damaged = 0;
    for (const ids::Uuid& person_id : older) {
      const std::string row = WrappedKeyRow(person_id);
      std::string wrapped;
      NWD_ASSIGN_OR_RETURN(const bool present, txn.Get(row, &wrapped));
      if (!present || WrappedUnder(wrapped) == ring->newest()) continue;  // erased, or done by another, since
      const absl::StatusOr<std::string> again = person_keys::Rewrap(*ring, person_id, wrapped);
      if (!again.ok()) {
        ++page.damaged;
        continue;
      }
      txn.Put(row, *again);
      ++page.rewrapped;
    }
    return absl::OkStatus();
  };
  NWD_CO_RETURN_IF_ERROR(co_await keys_.store().Update(body));
  co_return page;
}

async::Task<absl::Status> KeyRotation::LetOldOnesGo() {
  const uint32_t newest = keys_.ring()->newest();
  auto body = [&](store::Txn& txn) -> absl::Status {
    std::vector<std::string> old;
    NWD_RETURN_IF_ERROR(txn.Scan(store::PrefixRange(WrappingKeyRows()), store::Direction::kForward,
                                 [&](std::string_view row, std::string_view) {
                                   if (NumberOfRow(row) != newest) old.emplace_back(row);
                                   return store::Visit::kContinue;
                                 }));
    for (const std::string& row : old) txn.Delete(row);
    return absl::OkStatus();
  };
  co_return co_await keys_.store().Update(body);
}

async::Task<absl::StatusOr<KeyCounts>> KeyRotation::Count() {
  KeyCounts counts;
  std::string from;
  do {
    auto look = [&](const store::Reader& reader) { return PageFrom(reader, from); };
    NWD_CO_ASSIGN_OR_RETURN(const Found found, co_await keys_.store().View(look));
    for (const auto& [person_id, wrapped] : found.wrapped) ++counts[WrappedUnder(wrapped)];
    from = found.next;
  } while (!from.empty());
  co_return counts;
}

}  // namespace nwd::person_keys
