// Disclosures in the store: by person, by consent and recipient, by recipient and time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::disclosures {

struct Placed {
  ids::Uuid disclosure_id;
  ids::Uuid person_id;
  int64_t time_us = 0;
  storage::Disclosure disclosure;
};

void Add(store::Txn& txn, const Placed& placed);

// The ids of the newest under a consent to a recipient, newest first.
absl::StatusOr<std::vector<ids::Uuid>> NewestUnder(const store::Reader& reader, const ids::Uuid& consent_id, const ids::Uuid& recipient_id,
                                                   int limit);

// Times to list, [start, end), newest first; absent means open. `from`: the key to go on with; empty means the newest.
struct Span {
  std::optional<int64_t> start_us;
  std::optional<int64_t> end_us;
  std::string from;
};
using Visitor = absl::FunctionRef<store::Visit(const std::string& key, const Placed&)>;
absl::Status WalkPerson(const store::Reader& reader, const ids::Uuid& person_id, const Span& span, Visitor visit);
absl::Status WalkRecipient(const store::Reader& reader, const ids::Uuid& recipient_id, const Span& span, Visitor visit);

}  // namespace nwd::consent::disclosures
