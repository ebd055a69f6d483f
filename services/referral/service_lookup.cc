#include "services/referral/service_lookup.h"

#include <optional>
#include <utility>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "services/referral/reasons.h"

namespace nwd::referral {

async::Task<absl::StatusOr<common::v1::ServiceChange>> FindService(const Parts& parts, const std::string& service_id) {
  DirectoryPeer& directory = parts.peers.directory;
  auto look = [&](const store::Reader& reader) { return directory.FindService(reader, service_id); };
  NWD_CO_ASSIGN_OR_RETURN(std::optional<common::v1::ServiceChange> service, co_await parts.store.View(look));
  // One that nobody answers for may have been linked to an organisation a moment ago.
  if (!service || service->organisation_id().empty()) {
    const absl::Status asked = co_await directory.AskService(service_id);
    if (!service && !asked.ok() && !absl::IsNotFound(asked)) co_return asked;
    NWD_CO_ASSIGN_OR_RETURN(service, co_await parts.store.View(look));
  }
  if (service) co_return *std::move(service);
  co_return status::Error(absl::StatusCode::kNotFound, reasons::kNoSuchService,
                          Cat("there is no service ", service_id, "; search for one"), {{"service_id", service_id}});
}

}  // namespace nwd::referral
