// Disclosures in the store: by person and time, by recipient and time. There is no index by basis: every read would
// write it, and only one that ended needs it, whose person's disclosures are then gone through. Called within a View
// or an Update; errors are the store's, or DATA_LOSS for what does not parse. No state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "services/consent/cited_basis.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::disclosures {

struct Placed {
  ids::Uuid disclosure_id;
  ids::Uuid person_id;
  int64_t time_us = 0;
  storage::Disclosure disclosure;
};

// One release: whole with the person whom its basis is about; and with each other who was joined to them (joins.h) and of
// whom something went out, as far as that goes. A join rewrites nothing, so after a split each still has what was theirs.
struct Release {
  Placed whole;
  std::vector<Placed> parts;
};
void Add(store::Txn& txn, const Release& release);
// That these categories of this source (16 raw bytes) went out, beside what went out of it before.
void AddSource(const std::string& source_id, uint32_t categories, storage::Disclosure& disclosure);
// What of this source went out.
uint32_t CategoriesOf(const storage::Disclosure& disclosure, const ids::Uuid& source);
// Adds to `disclosure` what `more`, another part of the same release, says of it.
void Merge(const storage::Disclosure& more, storage::Disclosure& disclosure);
// A release that happens again, by a retry: it now covers also what `again` does.
absl::Status Widen(store::Txn& txn, const Release& again);

// When a disclosure was and which, by the key of its row. DATA_LOSS where it is none.
struct Place {
  int64_t time_us = 0;
  ids::Uuid disclosure_id;
};
absl::StatusOr<Place> PlaceIn(std::string_view key);

// A basis, whose person it is about, and recipients of it, which know how many disclosures there were to each.
struct Under {
  const Cited& basis;
  const ids::Uuid& person_id;
  const google::protobuf::RepeatedPtrField<storage::Recipient>& recipients;
};
// By recipient (16 raw bytes), the ids of the newest under a basis, newest first, at most `limit_each`. Looks at the
// newest kDisclosuresLookedAtMax of the person.
using ByRecipient = absl::flat_hash_map<std::string, std::vector<ids::Uuid>>;
absl::StatusOr<ByRecipient> NewestUnder(const store::Reader& reader, const Under& under, int limit_each);

// Times to list, [start, end), newest first; absent means open. `from`: the key to go on with; empty means the newest.
struct Span {
  std::optional<int64_t> start_us;
  std::optional<int64_t> end_us;
  std::string from;
};
using Visitor = absl::FunctionRef<store::Visit(const std::string& key, const Placed&)>;
absl::Status WalkPerson(const store::Reader& reader, const ids::Uuid& person_id, const Span& span, Visitor visit);
// The newest of one id of the person, newest first, as long as the budget lasts, which each one that is looked at lessens.
absl::Status WalkNewest(const store::Reader& reader, const ids::Uuid& person_id, int& budget,
                        absl::FunctionRef<void(const Placed&)> visit);
// Of all ids of the person (joins.h), the newest kRowsLookedAtMax of each; each release once, whole. `from` may be a key
// of any of them.
absl::Status WalkFamily(const store::Reader& reader, const ids::Uuid& person_id, const Span& span, Visitor visit);
absl::Status WalkRecipient(const store::Reader& reader, const ids::Uuid& recipient_id, const Span& span, Visitor visit);

}  // namespace nwd::consent::disclosures
