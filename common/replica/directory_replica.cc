#include "common/replica/directory_replica.h"

#include "common/async/block_on.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/ids/uuid.h"
#include "common/log/log.h"
#include "common/replica/ask_once.h"
#include "common/replica/keys.h"
#include "common/replica/limits.h"
#include "common/status/reasons.h"
#include "common/status/status.h"
#include "common/store/proto_value.h"

namespace nwd::replica {
namespace {

using common::v1::AgreementChange;
using common::v1::OrganisationChange;
using common::v1::ServiceChange;
using directory::v1::GetAgreementRequest;
using directory::v1::GetAgreementResponse;
using directory::v1::GetOrganisationRequest;
using directory::v1::GetOrganisationResponse;
using directory::v1::GetServiceRequest;
using directory::v1::GetServiceResponse;

template <class Response, class Request>
std::function<async::Task<absl::StatusOr<Response>>(const Request&)> Over(rpc::Client& client) {
  return [&client](const Request& request) {
    rpc::CallOptions options;
    options.timeout = kAskTimeout;
    return client.Await<Response>(request, options);
  };
}

access::Organisation Trusted(const OrganisationChange& change) {
  access::Organisation organisation;
  organisation.organisation_id = change.organisation_id();
  organisation.slug = change.slug();
  organisation.kind = change.kind();
  organisation.state = change.state();
  for (const int role : change.roles()) organisation.roles.push_back(static_cast<common::v1::Role>(role));
  organisation.identities.assign(change.identities().begin(), change.identities().end());
  organisation.revoked_serials.assign(change.revoked_serials().begin(), change.revoked_serials().end());
  organisation.sponsor_organisation_id = change.sponsor_organisation_id();
  return organisation;
}

OrganisationChange ToChange(const directory::v1::Organisation& organisation) {
  OrganisationChange change;
  change.set_organisation_id(organisation.organisation_id());
  change.set_slug(organisation.slug());
  change.set_kind(organisation.kind());
  change.set_state(organisation.state());
  *change.mutable_roles() = organisation.roles();
  *change.mutable_identities() = organisation.identities();
  *change.mutable_revoked_serials() = organisation.revoked_serials();
  change.set_sponsor_organisation_id(organisation.sponsor_organisation_id());
  return change;
}

ServiceChange ToChange(const directory::v1::Service& service) {
  ServiceChange change;
  change.set_service_id(service.service_id());
  change.set_organisation_id(service.organisation_id());
  change.set_active(service.active());
  change.set_accepts_referrals(service.accepts_referrals());
  if (service.has_capacity()) change.set_capacity(service.capacity());
  *change.mutable_boroughs() = service.boroughs();
  for (const auto& category : service.categories()) change.add_categories(category.code());
  if (service.has_minimum_age()) change.set_minimum_age(service.minimum_age());
  if (service.has_maximum_age()) change.set_maximum_age(service.maximum_age());
  return change;
}

AgreementChange ToChange(const directory::v1::Agreement& agreement) {
  const directory::v1::AgreementTerms& terms = agreement.terms();
  AgreementChange change;
  change.set_agreement_id(agreement.agreement_id());
  *change.mutable_party_organisation_ids() = terms.party_organisation_ids();
  *change.mutable_purposes() = terms.purposes();
  *change.mutable_categories() = terms.categories();
  *change.mutable_lawful_bases() = terms.lawful_bases();
  *change.mutable_valid_from() = terms.has_valid_from() ? terms.valid_from() : agreement.create_time();
  *change.mutable_end_time() = agreement.has_end_time() ? agreement.end_time() : terms.valid_until();
  return change;
}

absl::StatusOr<std::string> KeyOf(const OrganisationChange& organisation) {
  const auto id = ids::Uuid::Parse(organisation.organisation_id());
  if (!id.has_value()) return absl::DataLossError("the directory names an organisation by something that is no id");
  return OrganisationKey(*id);
}

absl::StatusOr<std::string> KeyOf(const ServiceChange& service) {
  const auto id = ids::Uuid::Parse(service.service_id());
  if (!id.has_value()) return absl::DataLossError("the directory names a service by something that is no id");
  return ServiceKey(*id);
}

absl::StatusOr<std::string> KeyOf(const AgreementChange& agreement) {
  const auto id = ids::Uuid::Parse(agreement.agreement_id());
  if (!id.has_value()) return absl::DataLossError("the directory names an agreement by something that is no id");
  return AgreementKey(*id);
}

absl::Status ApplyChange(store::Txn& txn, const Change& change) {
  if (change.has_organisation()) {
    NWD_ASSIGN_OR_RETURN(const std::string key, KeyOf(change.organisation()));
    store::PutMessage(txn, key, change.organisation());
  } else if (change.has_service()) {
    NWD_ASSIGN_OR_RETURN(const std::string key, KeyOf(change.service()));
    store::PutMessage(txn, key,
                      change.service());  // a deleted one too: it must not come back by an answer fetched before
  } else if (change.has_agreement()) {
    NWD_ASSIGN_OR_RETURN(const std::string key, KeyOf(change.agreement()));
    store::PutMessage(txn, key, change.agreement());
  }
  return absl::OkStatus();
}

// The directory's answer that there is no such thing, as against one that says nothing.
bool SaysUnknown(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsPermissionDenied(status) || absl::IsInvalidArgument(status);
}

absl::Status Unreachable(const absl::Status& cause) {
  log::Line(log::Level::kWarning, "replica.ask_failed").Status(cause).Emit();
  return status::Error(absl::StatusCode::kUnavailable, reasons::kDirectoryUnreachable,
                       "this names something not known here yet, and the directory does not answer; try again shortly");
}

}  // namespace

DirectoryPeer DirectoryPeerOf(rpc::Client& client) {
  return {ReadChangesOf(client), Over<GetOrganisationResponse, GetOrganisationRequest>(client),
          Over<GetServiceResponse, GetServiceRequest>(client), Over<GetAgreementResponse, GetAgreementRequest>(client)};
}

struct DirectoryReplica::State {
  State(store::Store& on, DirectoryPeer directory, access::Registry& into, const Clock& clock)
      : store(on),
        peer(std::move(directory)),
        registry(into),
        follower(on, peer.read_changes, "directory", ApplyChange, clock) {
    follower.OnApplied([this](const std::vector<Change>& changes) -> async::Task<void> {
      for (const Change& change : changes) {
        if (change.has_organisation()) registry.Set(Trusted(change.organisation()));
      }
      co_return;
    });
  }

  store::Store& store;
  const DirectoryPeer peer;
  access::Registry& registry;
  Follower follower;
  AskOnce asks;

  async::Task<absl::StatusOr<std::string>> Row(const std::string& key);
  async::Task<absl::Status> KeepUnlessOvertaken(const std::string& key, const std::string& before,
                                                const std::string& bytes);
  async::Task<absl::Status> KeepOrganisation(const OrganisationChange& change, const std::string& before);
  async::Task<absl::StatusOr<bool>> FetchOrganisation(const GetOrganisationRequest& request,
                                                      const std::string& spiffe_id);
  // What the store lacks under `key`: asks for it by `ask`, and keeps what `read` makes of the answer. Nobody is asked
  // where what the store holds is `enough`.
  template <class Enough, class Ask, class Request, class Read>
  async::Task<absl::StatusOr<bool>> Fetch(const std::string& key, const Enough& enough, const Ask& ask,
                                          const Request& request, const Read& read);
};

DirectoryReplica::DirectoryReplica(store::Store& store, DirectoryPeer directory, access::Registry& registry,
                                   const Clock& clock)
    : state_(std::make_unique<State>(store, std::move(directory), registry, clock)) {}
DirectoryReplica::DirectoryReplica(store::Store& store, rpc::Client& directory, access::Registry& registry,
                                   const Clock& clock)
    : DirectoryReplica(store, DirectoryPeerOf(directory), registry, clock) {}
DirectoryReplica::~DirectoryReplica() = default;

absl::Status DirectoryReplica::Load() {
  auto body = [&](const store::Reader& reader) -> absl::Status {
    absl::Status parsed;
    const absl::Status scanned = reader.Scan(store::PrefixRange(OrganisationPrefix()), store::Direction::kForward,
                                             [&](std::string_view key, std::string_view bytes) {
                                               const auto organisation =
                                                   store::ParseValue<OrganisationChange>(key, bytes);
                                               parsed = organisation.status();
                                               if (!parsed.ok()) return store::Visit::kStop;
                                               state_->registry.Set(Trusted(*organisation));
                                               return store::Visit::kContinue;
                                             });
    return scanned.ok() ? parsed : scanned;
  };
  return async::BlockOn(state_->store.View(body));
}

async::Task<void> DirectoryReplica::Run(rpc::Stop& stop) { return state_->follower.Run(stop); }

const Follower& DirectoryReplica::follower() const { return state_->follower; }

absl::StatusOr<std::optional<ServiceChange>> DirectoryReplica::FindService(const store::Reader& reader,
                                                                           std::string_view service_id) {
  const auto id = ids::Uuid::Parse(service_id);
  if (!id.has_value()) return std::nullopt;
  NWD_ASSIGN_OR_RETURN(std::optional<ServiceChange> service, store::Find<ServiceChange>(reader, ServiceKey(*id)));
  if (service.has_value() && service->deleted()) return std::nullopt;
  return service;
}

absl::StatusOr<std::optional<AgreementChange>> DirectoryReplica::FindAgreement(const store::Reader& reader,
                                                                               const ids::Uuid& agreement_id) {
  return store::Find<AgreementChange>(reader, AgreementKey(agreement_id));
}

// The bytes under `key`; empty where there are none.
async::Task<absl::StatusOr<std::string>> DirectoryReplica::State::Row(const std::string& key) {
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<std::string> {
    std::string bytes;
    NWD_ASSIGN_OR_RETURN(const bool present, reader.Get(key, &bytes));
    return present ? bytes : std::string();
  };
  co_return co_await store.View(body);
}

// Keeps what was fetched, unless the feed has brought something since `before` was read: that may be newer.
async::Task<absl::Status> DirectoryReplica::State::KeepUnlessOvertaken(const std::string& key,
                                                                       const std::string& before,
                                                                       const std::string& bytes) {
  auto body = [&](store::Txn& txn) -> absl::Status {
    std::string now;
    NWD_ASSIGN_OR_RETURN(const bool present, txn.Get(key, &now));
    if ((present ? now : std::string()) == before) txn.Put(key, bytes);
    return absl::OkStatus();
  };
  co_return co_await store.Update(body);
}

async::Task<absl::Status> DirectoryReplica::State::KeepOrganisation(const OrganisationChange& change,
                                                                    const std::string& before) {
  NWD_CO_ASSIGN_OR_RETURN(const std::string key, KeyOf(change));
  const std::string fetched = change.SerializeAsString();
  NWD_CO_RETURN_IF_ERROR(co_await KeepUnlessOvertaken(key, before, fetched));
  // The follower sets the registry too, after its own commits. Whoever comes last, the registry must end with what the
  // store holds.
  std::string shown;
  while (true) {
    NWD_CO_ASSIGN_OR_RETURN(const std::string bytes, co_await Row(key));
    if (bytes == shown) co_return absl::OkStatus();
    NWD_CO_ASSIGN_OR_RETURN(const OrganisationChange held, store::ParseValue<OrganisationChange>(key, bytes));
    registry.Set(Trusted(held));
    shown = bytes;
  }
}

// True where the directory knows it (and `spiffe_id`, where not empty, is one of its identities).
async::Task<absl::StatusOr<bool>> DirectoryReplica::State::FetchOrganisation(const GetOrganisationRequest& request,
                                                                             const std::string& spiffe_id) {
  // Known by an id, or by a slug the registry has: read what is held before asking, to notice the feed overtaking the
  // answer.
  std::string id = request.organisation_id();
  for (const access::OrganisationPtr& known : registry.All()) {
    if (!request.slug().empty() && known->slug == request.slug()) id = known->organisation_id;
  }
  std::string before;
  if (const auto uuid = ids::Uuid::Parse(id); uuid.has_value()) {
    const std::string key = OrganisationKey(*uuid);
    NWD_CO_ASSIGN_OR_RETURN(before, co_await Row(key));
  }
  const absl::StatusOr<GetOrganisationResponse> response = co_await peer.get_organisation(request);
  if (!response.ok()) {
    if (SaysUnknown(response.status())) co_return false;
    co_return Unreachable(response.status());
  }
  const OrganisationChange change = ToChange(response->organisation());
  NWD_CO_RETURN_IF_ERROR(co_await KeepOrganisation(change, before));
  const auto& identities = change.identities();
  co_return spiffe_id.empty() || std::find(identities.begin(), identities.end(), spiffe_id) != identities.end();
}

template <class Enough, class Ask, class Request, class Read>
async::Task<absl::StatusOr<bool>> DirectoryReplica::State::Fetch(const std::string& key, const Enough& enough,
                                                                 const Ask& ask, const Request& request,
                                                                 const Read& read) {
  NWD_CO_ASSIGN_OR_RETURN(const std::string before, co_await Row(key));
  if (!before.empty() && enough(before)) co_return true;
  const auto response = co_await ask(request);
  if (!response.ok()) {
    if (SaysUnknown(response.status())) co_return false;
    co_return Unreachable(response.status());
  }
  const std::string fetched = read(*response).SerializeAsString();
  NWD_CO_RETURN_IF_ERROR(co_await KeepUnlessOvertaken(key, before, fetched));
  co_return true;
}

async::Task<absl::Status> DirectoryReplica::AskIdentity(std::string spiffe_id) {
  if (state_->registry.FindByIdentity(spiffe_id) != nullptr) co_return absl::OkStatus();
  // spiffe://<trust domain>/org/<slug>
  const size_t slash = spiffe_id.rfind('/');
  if (slash == std::string::npos || slash + 1 == spiffe_id.size()) co_return absl::OkStatus();
  GetOrganisationRequest request;
  request.set_slug(spiffe_id.substr(slash + 1));
  auto fetch = [&] { return state_->FetchOrganisation(request, spiffe_id); };
  co_return co_await state_->asks.Ask(spiffe_id, fetch);
}

async::Task<absl::Status> DirectoryReplica::AskOrganisation(std::string organisation_id) {
  if (state_->registry.FindById(organisation_id) != nullptr) co_return absl::OkStatus();
  if (!ids::Uuid::Parse(organisation_id).has_value()) co_return absl::OkStatus();
  GetOrganisationRequest request;
  request.set_organisation_id(organisation_id);
  const std::string any_identity;
  const std::string what = Cat("organisation ", organisation_id);
  auto fetch = [&] { return state_->FetchOrganisation(request, any_identity); };
  co_return co_await state_->asks.Ask(what, fetch);
}

async::Task<absl::Status> DirectoryReplica::AskService(std::string service_id) {
  const auto id = ids::Uuid::Parse(service_id);
  if (!id.has_value()) co_return absl::OkStatus();
  GetServiceRequest request;
  request.set_service_id(service_id);
  const std::string key = ServiceKey(*id);
  // Nobody refers to one that no organisation answers for; it may have been linked to one a moment ago.
  const auto enough = [](const std::string& row) {
    ServiceChange held;
    return held.ParseFromString(row) && !held.organisation_id().empty();
  };
  const auto read = [](const GetServiceResponse& response) { return ToChange(response.service()); };
  auto fetch = [&] { return state_->Fetch(key, enough, state_->peer.get_service, request, read); };
  const std::string what = Cat("service ", service_id);
  co_return co_await state_->asks.Ask(what, fetch);
}

async::Task<absl::Status> DirectoryReplica::AskAgreement(std::string agreement_id) {
  const auto id = ids::Uuid::Parse(agreement_id);
  if (!id.has_value()) co_return absl::OkStatus();
  GetAgreementRequest request;
  request.set_agreement_id(agreement_id);
  const std::string key = AgreementKey(*id);
  const auto enough = [](const std::string&) { return true; };
  const auto read = [](const GetAgreementResponse& response) { return ToChange(response.agreement()); };
  auto fetch = [&] { return state_->Fetch(key, enough, state_->peer.get_agreement, request, read); };
  const std::string what = Cat("agreement ", agreement_id);
  co_return co_await state_->asks.Ask(what, fetch);
}

}  // namespace nwd::replica
