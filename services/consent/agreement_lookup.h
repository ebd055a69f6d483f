// Data-sharing agreements that a new consent or authority is to cite: the replica, and the directory for one that the
// replica lacks. Thread-safe; the store outlives it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/async/task.h"
#include "common/ids/uuid.h"
#include "common/status/status.h"
#include "common/store/store.h"
#include "services/consent/cited_agreement.h"

namespace nwd::consent {

// Asks the directory about an agreement; afterwards the replica holds it, if it exists.
using AskAgreement = std::function<async::Task<absl::Status>(const std::string& agreement_id)>;

class AgreementLookup {
 public:
  AgreementLookup(store::Store& store, AskAgreement ask) : store_(store), ask_(std::move(ask)) {}

  // Null where the directory does not know it either. UNAVAILABLE where it cannot be asked.
  async::Task<absl::StatusOr<AgreementPtr>> Find(const std::string& agreement_id);

  // Adds to `violations`, under `field`, why `organisation` cannot draw up anything under this agreement at `now`: there
  // is none, it has ended, or the organisation is no party to it. One that has still to begin will do. Answers the
  // agreement; null where there is none, and for an empty id, for which nothing is asked.
  async::Task<absl::StatusOr<AgreementPtr>> CheckCitable(const std::string& agreement_id, ids::Uuid organisation,
                                                         absl::Time now, std::string_view field,
                                                         status::Violations& violations);

 private:
  store::Store& store_;
  const AskAgreement ask_;
};

}  // namespace nwd::consent
