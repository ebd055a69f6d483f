#include "services/referral/party.h"

#include <optional>
#include <utility>

#include "common/base/macros.h"
#include "common/status/status.h"
#include "services/referral/repository.h"
#include "services/referral/visibility.h"

namespace nwd::referral {

absl::StatusOr<storage::Referral> GetForParty(const store::Reader& reader, rpc::Call& call,
                                              const std::string& referral_id) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Referral> referral, repository::Find(reader, referral_id));
  if (!referral || SidesOf(*referral, call.organisation_id()).empty()) return status::Denied();
  call.ProveTie(common::v1::TIE_REFERRAL_PARTY);
  return *std::move(referral);
}

async::Task<absl::StatusOr<storage::Referral>> LoadForParty(const Parts& parts, rpc::Call& call,
                                                            const std::string& referral_id) {
  auto body = [&](const store::Reader& reader) { return GetForParty(reader, call, referral_id); };
  co_return co_await parts.store.View(body);
}

Doer DoerOf(const rpc::Call& call) { return {call.organisation_id(), call.practitioner(), call.Now()}; }

}  // namespace nwd::referral
