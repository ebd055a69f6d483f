#include "services/outcome/erasure.h"

#include <optional>

#include "common/base/macros.h"
#include "services/outcome/journeys.h"
#include "services/outcome/limits.h"

namespace nwd::outcome {

async::Task<absl::Status> Erasure::Erase(const std::string& person_id) {
  const std::optional<ids::Uuid> person = ids::Uuid::Parse(person_id);
  if (!person) co_return absl::InvalidArgumentError("no person's id to erase");
  const auto body = [&](store::Txn& txn) { return Journeys::ForgetSome(txn, *person, kForgottenAtOnce); };
  for (bool more = true; more;) {
    NWD_CO_ASSIGN_OR_RETURN(more, co_await store_.Update(body));
  }
  co_return co_await person_keys_.Destroy(*person);
}

}  // namespace nwd::outcome
