// Forgetting a person: first everything kept about them, then the key that what remains is sealed under. Put in the
// outbox by the change that says so, and retried until it is done; doing it again does no harm. Called by the outbox's
// deliveries only.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/async/task.h"
#include "common/person_keys/person_keys.h"
#include "common/store/store.h"

namespace nwd::outcome {

inline constexpr std::string_view kEraseKind = "erase-person";

class Erasure {
 public:
  Erasure(store::Store& store, person_keys::PersonKeys& person_keys) : store_(store), person_keys_(person_keys) {}

  // `person_id`: the payload of the outbox's entry.
  async::Task<absl::Status> Erase(const std::string& person_id);

 private:
  store::Store& store_;
  person_keys::PersonKeys& person_keys_;
};

}  // namespace nwd::outcome
