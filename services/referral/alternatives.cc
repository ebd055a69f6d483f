#include "services/referral/alternatives.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/facts/age_bands.h"
#include "services/referral/limits.h"

namespace nwd::referral {
namespace {

// As young as somebody of the band can be; nothing where none is given.
std::optional<int> AgeOf(const std::string& name) {
  const facts::AgeBand* band = facts::FindAgeBand(name);
  return band == nullptr ? std::nullopt : std::optional<int>(band->youngest);
}

}  // namespace

async::Task<std::vector<std::string>> FindAlternatives(const Parts& parts, const rpc::Call& call,
                                                       const storage::Referral& referral) {
  AlternativesQuestion question = {referral.service_id(),
                                   referral.receiver_organisation_id(),
                                   {},
                                   referral.summary().borough(),
                                   AgeOf(referral.summary().age_band())};
  auto look = [&](const store::Reader& reader) {
    return parts.peers.directory.FindService(reader, referral.service_id());
  };
  const auto service = co_await parts.store.View(look);
  if (service.ok() && *service) {
    question.categories.assign((*service)->categories().begin(), (*service)->categories().end());
  }
  rpc::CallOptions options = rpc::Client::OptionsFor(call);
  options.timeout = std::min(options.timeout, kAlternativesTimeout);
  absl::StatusOr<std::vector<std::string>> found = co_await parts.peers.directory.Alternatives(question, options);
  co_return found.ok() ? *std::move(found) : std::vector<std::string>();
}

}  // namespace nwd::referral
