#include "services/referral/parts.h"

#include <utility>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/crypto/random.h"
#include "common/status/status.h"
#include "services/referral/limits.h"
#include "services/referral/reasons.h"
#include "services/referral/repository.h"
#include "services/referral/visibility.h"

namespace nwd::referral {

async::Task<absl::StatusOr<person_keys::PersonKey>> EnsureKey(const Parts& parts, const std::string& person_id) {
  const std::optional<ids::Uuid> id = ids::Uuid::Parse(person_id);
  if (!id) co_return absl::DataLossError("a person's id is not one");
  if (person_keys::PersonKey cached = parts.keys.Cached(*id)) co_return cached;
  const person_keys::IsErased erased = [&](const store::Reader& reader) {
    return repository::IsErased(reader, person_id);
  };
  NWD_CO_ASSIGN_OR_RETURN(person_keys::PersonKey key,
                          co_await person_keys::EnsureUnlessErased(parts.keys, *id, parts.store, erased));
  if (key == nullptr) co_return status::Denied();
  co_return key;
}

async::Task<absl::StatusOr<person_keys::PersonKey>> KeyForMove(const Parts& parts, const std::string& person_id,
                                                               bool brings_text) {
  absl::StatusOr<person_keys::PersonKey> key = co_await EnsureKey(parts, person_id);
  if (brings_text || !absl::IsPermissionDenied(key.status())) co_return key;
  co_return std::make_shared<const crypto::AeadKey>(crypto::RandomBytes(crypto::kKeySizeBytes));
}

async::Task<absl::StatusOr<person_keys::PersonKey>> FindKey(const Parts& parts, const std::string& person_id) {
  const std::optional<ids::Uuid> id = ids::Uuid::Parse(person_id);
  if (!id) co_return absl::DataLossError("a person's id is not one");
  absl::StatusOr<person_keys::PersonKey> key = co_await parts.keys.Find(*id);
  if (absl::IsNotFound(key.status())) co_return person_keys::PersonKey();
  co_return key;
}

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

async::Task<absl::StatusOr<bool>> PermitsText(const Parts& parts, const rpc::Call& call,
                                              const storage::Referral& referral) {
  const BasisQuestion basis = {referral.person_id(), referral.consent_id(), referral.receiver_organisation_id()};
  const rpc::CallOptions options = rpc::Client::OptionsFor(call);
  co_return co_await parts.peers.consent.Permits(basis, options);
}

async::Task<absl::StatusOr<common::v1::ServiceChange>> FindService(const Parts& parts, const std::string& service_id) {
  DirectoryPeer& directory = parts.peers.directory;
  auto look = [&](const store::Reader& reader) { return directory.FindService(reader, service_id); };
  NWD_CO_ASSIGN_OR_RETURN(std::optional<common::v1::ServiceChange> service, co_await parts.store.View(look));
  if (!service) {
    const absl::Status asked = co_await directory.AskService(service_id);
    if (!asked.ok() && !absl::IsNotFound(asked)) co_return asked;
    NWD_CO_ASSIGN_OR_RETURN(service, co_await parts.store.View(look));
  }
  if (service) co_return *std::move(service);
  co_return status::Error(absl::StatusCode::kNotFound, reasons::kNoSuchService, Cat("there is no service ", service_id),
                          {{"service_id", service_id}});
}

async::Task<void> Deliver(const Parts& parts, const std::vector<outbox::EntryId>& deliveries) {
  for (const outbox::EntryId& id : deliveries) {
    const absl::Status tried = co_await parts.outbox.Deliver(id, absl::Now() + kFollowUpTimeout);
    if (!tried.ok()) co_return;  // the entry stays; Outbox::Run goes on trying
  }
}

}  // namespace nwd::referral
