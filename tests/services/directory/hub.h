// A directory service over the engine for tests, called as the call chain would call it: identity, access, validation,
// handler, tie.
//
//   Hub hub;
//   auto created = hub.As<v1::CreateOrganisationResponse>("north", request);     // as the organisation with this slug
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "common/access/policy.h"
#include "common/async/block_on.h"
#include "common/base/clock.h"
#include "common/base/timestamps.h"
#include "common/rpc/router.h"
#include "common/rpc/validation.h"
#include "common/status/status.h"
#include "common/store_memory/memory_store.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "nwd/directory/v1/agreement_service.pb.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "nwd/directory/v1/feed_service.pb.h"
#include "nwd/directory/v1/organisation_service.pb.h"
#include "services/directory/app.h"
#include "services/directory/catalogue.h"

namespace nwd::directory {

inline constexpr std::string_view kTrustDomain = "hub.test";

// The error's code and reason, as a test compares them: "ABORTED STALE_ETAG".
inline std::string CodeAndReason(const absl::Status& status) {
  return absl::StrCat(absl::StatusCodeToString(status.code()), " ", status::ReasonOf(status));
}
template <class T>
std::string CodeAndReason(const absl::StatusOr<T>& result) {
  return CodeAndReason(result.status());
}

// A value of the error's ErrorInfo; empty where it has none of that name.
inline std::string MetadataOf(const absl::Status& status, const std::string& name) {
  const google::rpc::Status wire = status::ToWire(status);
  for (const auto& detail : wire.details()) {
    google::rpc::ErrorInfo info;
    if (!detail.UnpackTo(&info)) continue;
    const auto found = info.metadata().find(name);
    if (found != info.metadata().end()) return found->second;
  }
  return "";
}

class Hub {
 public:
  // Its first admins are "north" and "south".
  Hub() : Hub(std::make_shared<store::MemoryStore>()) {}
  // A directory started again on the same store.
  explicit Hub(std::shared_ptr<store::MemoryStore> on) : store(std::move(on)), hub_key_(Key()), app(MakeApp()) {
    const absl::Status loaded = app.Load();
    EXPECT_TRUE(loaded.ok()) << loaded;
    app.Register(router_);
  }

  // Calls as an organisation.
  template <class Response, class Request>
  absl::StatusOr<Response> As(std::string_view slug, const Request& request) {
    access::Caller caller;
    caller.identity = absl::StrCat("spiffe://", std::string(kTrustDomain), "/org/", std::string(slug));
    caller.serial = "1a";
    caller.organisation = registry.FindByIdentity(caller.identity);
    if (caller.organisation != nullptr) caller.kind = access::Caller::Kind::kOrganisation;
    return Run<Response>(std::move(caller), request);
  }
  // Calls as one of our own services.
  template <class Response, class Request>
  absl::StatusOr<Response> AsService(std::string_view service, const Request& request) {
    access::Caller caller;
    caller.kind = access::Caller::Kind::kService;
    caller.service = std::string(service);
    return Run<Response>(std::move(caller), request);
  }

  // An active organisation with the role AGENCY; its id.
  std::string AddAgency(std::string_view slug) {
    v1::CreateOrganisationRequest request;
    request.set_slug(std::string(slug));
    request.set_name(std::string(slug));
    request.set_kind(common::v1::ORGANISATION_KIND_VCS);
    const auto created = As<v1::CreateOrganisationResponse>("north", request);
    EXPECT_TRUE(created.ok()) << created.status();
    return created.ok() ? created->organisation_id() : "";
  }
  // What an agreement for a year between these organisations says.
  v1::AgreementTerms AgreementTerms(const std::vector<std::string>& parties) const {
    v1::AgreementTerms terms;
    terms.set_title("Job brokerage");
    for (const std::string& party : parties) terms.add_party_organisation_ids(party);
    terms.add_purposes(common::v1::PURPOSE_REFERRAL);
    terms.add_categories(common::v1::CATEGORY_SKILLS);
    terms.add_lawful_bases(common::v1::LAWFUL_BASIS_CONSENT);
    *terms.mutable_valid_until() = ToTimestamp(clock.Now() + absl::Hours(24 * 365));
    terms.set_document_sha256(std::string(64, 'a'));
    return terms;
  }
  // Recorded by "north"; its id.
  std::string AddAgreement(const std::vector<std::string>& parties) {
    v1::CreateAgreementRequest request;
    *request.mutable_terms() = AgreementTerms(parties);
    const auto created = As<v1::CreateAgreementResponse>("north", request);
    EXPECT_TRUE(created.ok()) << created.status();
    return created.ok() ? created->agreement_id() : "";
  }
  v1::Organisation Get(std::string_view slug) {
    v1::GetOrganisationRequest request;
    request.set_slug(std::string(slug));
    auto got = As<v1::GetOrganisationResponse>("north", request);
    EXPECT_TRUE(got.ok()) << got.status();
    return got.ok() ? got->organisation() : v1::Organisation();
  }
  // Begins an import of a feed as "north"; the import's id.
  std::string BeginImport(std::string_view feed) {
    v1::BeginImportRequest request;
    request.set_feed_slug(std::string(feed));
    const auto begun = As<v1::BeginImportResponse>("north", request);
    EXPECT_TRUE(begun.ok()) << begun.status();
    if (begun.ok()) feed_id = begun->feed_id();
    return begun.ok() ? begun->import_id() : "";
  }
  absl::StatusOr<v1::PutImportPageResponse> PutPage(std::string_view import_id, std::string_view page,
                                                    std::string_view json) {
    v1::PutImportPageRequest request;
    request.set_import_id(std::string(import_id));
    request.set_page_name(std::string(page));
    request.set_content(std::string(json));
    return As<v1::PutImportPageResponse>("north", request);
  }
  absl::StatusOr<v1::CommitImportResponse> Commit(std::string_view import_id, bool full) {
    v1::CommitImportRequest request;
    request.set_import_id(std::string(import_id));
    request.set_full(full);
    return As<v1::CommitImportResponse>("north", request);
  }
  // Imports one page as a whole feed.
  v1::CommitImportResponse Import(std::string_view feed, std::string_view json, bool full = true) {
    const std::string import_id = BeginImport(feed);
    const auto put = PutPage(import_id, "page", json);
    EXPECT_TRUE(put.ok()) << put.status();
    const auto committed = Commit(import_id, full);
    EXPECT_TRUE(committed.ok()) << committed.status();
    return committed.ok() ? *committed : v1::CommitImportResponse();
  }
  absl::StatusOr<v1::Service> GetService(std::string_view service_id) {
    v1::GetServiceRequest request;
    request.set_service_id(std::string(service_id));
    auto got = As<v1::GetServiceResponse>("north", request);
    if (!got.ok()) return got.status();
    return got->service();
  }
  // Links a provider of the last feed begun.
  absl::StatusOr<v1::LinkProviderResponse> Link(std::string_view external_id, std::string_view organisation_id) {
    v1::LinkProviderRequest request;
    request.set_feed_id(feed_id);
    request.set_external_id(std::string(external_id));
    request.set_organisation_id(std::string(organisation_id));
    return As<v1::LinkProviderResponse>("north", request);
  }
  // All changes in the feed.
  std::vector<common::v1::Change> Changes() {
    std::vector<common::v1::Change> changes;
    const auto entries = store->ReadFeed(store::Feed::kChanges, 0, 100'000);
    EXPECT_TRUE(entries.ok()) << entries.status();
    for (const store::FeedEntry& entry : *entries) EXPECT_TRUE(changes.emplace_back().ParseFromString(entry.bytes));
    return changes;
  }

  ManualClock clock{absl::FromUnixSeconds(1'760'000'000)};
  std::shared_ptr<store::MemoryStore> store;
  access::Registry registry;
  std::string feed_id;

 private:
  static crypto::HubKey Key() {
    auto key = crypto::HubKey::FromEnvironment("NWD_HUB_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
    EXPECT_TRUE(key.ok()) << key.status();
    return *std::move(key);
  }
  App MakeApp() {
    return App({.store = *store,
                .hub_key = hub_key_,
                .clock = clock,
                .registry = registry,
                .metrics = metrics_,
                .facts_folder = NWD_DATA_DIR,
                .trust_domain = std::string(kTrustDomain),
                .admin_slugs = {"north", "south"}});
  }

  template <class Response, class Request>
  absl::StatusOr<Response> Run(access::Caller caller, const Request& request) {
    for (const auto& route : router_.routes()) {
      if (route->request_prototype->GetDescriptor() != Request::descriptor()) continue;
      const absl::Status admitted = access::Admit(route->rule, caller);
      if (!admitted.ok()) return admitted;
      const absl::Status valid = rpc::Validate(request, clock.Now());
      if (!valid.ok()) return valid;
      rpc::Call call(*route->method, route->rule, clock);
      call.SetRegistry(&registry);
      rpc::Call::Facts facts;
      facts.caller = std::move(caller);
      call.SetFacts(std::move(facts));
      Response response;
      const absl::Status status = async::BlockOn(route->unary(call, request, response));
      if (!status.ok()) return status;
      EXPECT_TRUE(call.TieProved()) << route->method->full_name();
      return response;
    }
    ADD_FAILURE() << "no route for " << Request::descriptor()->full_name();
    return absl::UnimplementedError("no route");
  }

  metrics::Registry metrics_;
  crypto::HubKey hub_key_;

 public:
  App app;

 private:
  rpc::Router router_;
};

}  // namespace nwd::directory
