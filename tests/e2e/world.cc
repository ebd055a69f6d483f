#include "tests/e2e/world.h"

#include <signal.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/tls/openssl_policy.h"
#include "deploy/hub/folder.h"
#include "deploy/pki/hub.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "nwd/directory/v1/feed_service.pb.h"
#include "nwd/directory/v1/organisation_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "tests/e2e/raw_peer.h"

namespace nwd::e2e {
namespace {

using common::v1::OrganisationKind;
using common::v1::Role;
namespace v1 = common::v1;

constexpr std::string_view kService = "service/";  // begins the name of one of ours

// The world must be right before anything can be tested in it.
void Must(const absl::Status& status, const char* what) {
  if (status.ok()) return;
  std::fprintf(stderr, "the world could not %s: %s\n", what, status.ToString().c_str());
  std::exit(1);
}

template <class T>
T Must(absl::StatusOr<T> result, const char* what) {
  if (!result.ok()) {
    std::fprintf(stderr, "the world could not %s: %s\n", what, result.status().ToString().c_str());
    std::exit(1);
  }
  return *std::move(result);
}

const std::map<Role, std::string>& RoleHolders() {
  static const std::map<Role, std::string> holders = {
      {v1::ROLE_AGENCY, kStranger},           {v1::ROLE_HUB_ADMIN, kAdmin},
      {v1::ROLE_OPERATOR, "sample-operator"}, {v1::ROLE_ANALYST, "sample-analyst"},
      {v1::ROLE_AUDITOR, "sample-auditor"},   {v1::ROLE_SAFEGUARDING, "sample-safeguarding"},
      {v1::ROLE_RESIDENT_CHANNEL, kChannel},  {v1::ROLE_NAVIGATOR, "sample-navigator"},
  };
  return holders;
}

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

World& World::Get() {
  static World* const world = [] {
    auto* const made = new World;  // the hub's processes end with this one
    // Before OpenSSL is taken down: a connection that is being made then would end the program with a fault.
    std::atexit([] { Get().LetGoOfClients(); });
    return made;
  }();
  return *world;
}

World::World() : holders_(RoleHolders()) {
  Must(tls::RequireTls13(), "require TLS 1.3");
  options_.folder = folder_ / "hub";
  options_.trust_domain = "hub.test";
  options_.organisations = {kReferrer, kReceiver, kCrisis, kSecondCrisis, "sample-suspended", "sample-unregistered"};
  for (const auto& [role, slug] : holders_) {
    if (slug != kAdmin) options_.organisations.push_back(slug);
  }
  options_.any_ports = true;
  options_.end_with_parent = true;
  hub_ = Must(hub::Up(options_), "bring up the hub");
  clients_ = std::make_unique<hub::Clients>(hub_);

  for (const char* admin : {kAdmin, kSecondAdmin}) {
    directory::v1::GetOrganisationRequest request;
    request.set_slug(admin);
    organisation_ids_[admin] = Must(Call<directory::v1::GetOrganisationResponse>(kAdmin, request), "find an admin")
                                   .organisation()
                                   .organisation_id();
  }
  CreateOrganisation(kReferrer, v1::ORGANISATION_KIND_BOROUGH);
  CreateOrganisation(kReceiver, v1::ORGANISATION_KIND_VCS);
  for (const auto& [role, slug] : holders_) {
    if (role == v1::ROLE_HUB_ADMIN) continue;
    CreateOrganisation(slug, role == v1::ROLE_AGENCY ? v1::ORGANISATION_KIND_COLLEGE : v1::ORGANISATION_KIND_OTHER);
    if (role != v1::ROLE_AGENCY) GiveRoles(slug, {role});
  }
  for (const char* slug : {kCrisis, kSecondCrisis}) {
    CreateOrganisation(slug, v1::ORGANISATION_KIND_VCS);
    GiveRoles(slug, {v1::ROLE_AGENCY, v1::ROLE_SAFEGUARDING});
  }
  ImportFeed();

  consent::v1::CreateTextRequest text;
  text.set_text("May we share this with the organisations you have seen on this page?");
  text.set_language("en");
  text.set_version("test-1");
  for (const char* captor : {kReferrer, kReceiver, kStranger, kCrisis}) {
    text_sha256_ = Must(Call<consent::v1::CreateTextResponse>(captor, text), "keep a consent text").text_sha256();
  }
}

void World::Kill(const std::string& service) {
  const hub::ProcessId id = hub_.Service(service).process;
  kill(id.pid, SIGKILL);
  waitpid(id.pid, nullptr, 0);
}

void World::Stop(const std::string& service) {
  Must(hub::StopProcesses({hub_.Service(service).process}, hub::kStopPatience), "stop a service");
}

void World::Start(const std::string& service) {
  Must(hub::StartAgain(options_, hub_, service), "start a service again");
}

void World::LetGoOfClients() {
  clients_.reset();
  const absl::MutexLock lock(&mutex_);
  clients_of_services_.clear();
}

void World::End() { hub::Down(options_.folder, hub::kStopPatience).IgnoreError(); }

void World::Require(const absl::Status& status, const google::protobuf::Message& request) {
  Must(status, request.GetDescriptor()->name().c_str());
}

rpc::Client& World::ClientOf(const std::string& who, const std::string& service) {
  if (who.rfind(kService, 0) != 0) return *Must(clients_->As(who, service), "connect");
  const absl::MutexLock lock(&mutex_);
  auto& client = clients_of_services_[{who, service}];
  if (client == nullptr) client = ConnectAs(*this, who, service);
  return *client;
}

std::string World::FolderOf(const std::string& who) const {
  const std::string pki = hub::PkiFolder(hub_.folder);
  return who.rfind(kService, 0) == 0 ? pki::ServiceFolder(pki, who.substr(kService.size()))
                                     : pki::OrganisationFolder(pki, who);
}

void World::CreateOrganisation(const std::string& slug, OrganisationKind kind) {
  directory::v1::CreateOrganisationRequest request;
  request.set_slug(slug);
  request.set_name(Cat("Sample: ", slug));
  request.set_kind(kind);
  if (slug == HolderOf(v1::ROLE_NAVIGATOR)) request.set_sponsor_organisation_id(IdOf(kStranger));  // no tie either
  organisation_ids_[slug] =
      Must(Call<directory::v1::CreateOrganisationResponse>(kAdmin, request), "create an organisation")
          .organisation_id();
}

void World::GiveRoles(const std::string& slug, const std::vector<Role>& roles) {
  directory::v1::GetOrganisationRequest get;
  get.set_slug(slug);
  const auto found = Must(Call<directory::v1::GetOrganisationResponse>(kAdmin, get), "find an organisation");
  directory::v1::ProposeRolesRequest propose;
  propose.set_organisation_id(IdOf(slug));
  propose.set_etag(found.organisation().etag());
  for (const Role role : roles) propose.add_roles(role);
  const auto proposed = Must(Call<directory::v1::ProposeRolesResponse>(kAdmin, propose), "propose roles");
  directory::v1::ConfirmRolesRequest confirm;
  confirm.set_organisation_id(IdOf(slug));
  confirm.set_etag(proposed.etag());
  Must(Call<directory::v1::ConfirmRolesResponse>(kSecondAdmin, confirm).status(), "confirm roles");
}

void World::ImportFeed() {
  directory::v1::BeginImportRequest begin;
  begin.set_feed_slug("sample-feed");
  const auto begun = Must(Call<directory::v1::BeginImportResponse>(kAdmin, begin), "begin an import");
  feed_id_ = begun.feed_id();
  for (const auto& page : std::filesystem::directory_iterator(hub::ShareFolder("sample"))) {
    if (page.path().filename().string().rfind("services-page-", 0) != 0) continue;
    directory::v1::PutImportPageRequest put;
    put.set_import_id(begun.import_id());
    put.set_page_name(page.path().filename().string());
    put.set_content(ReadAll(page.path()));
    Must(Call<directory::v1::PutImportPageResponse>(kAdmin, put).status(), "put a page");
  }
  directory::v1::CommitImportRequest commit;
  commit.set_import_id(begun.import_id());
  commit.set_full(true);
  Must(Call<directory::v1::CommitImportResponse>(kAdmin, commit).status(), "commit an import");

  directory::v1::ListProvidersRequest list;
  list.set_feed_id(feed_id_);
  const auto providers = Must(Call<directory::v1::ListProvidersResponse>(kAdmin, list), "list providers");
  for (const auto& provider : providers.providers()) {
    directory::v1::LinkProviderRequest link;
    link.set_feed_id(feed_id_);
    link.set_external_id(provider.external_id());
    link.set_organisation_id(IdOf(kReceiver));
    Must(Call<directory::v1::LinkProviderResponse>(kAdmin, link).status(), "link a provider");
    directory::v1::SearchServicesRequest search;
    search.set_organisation_id(IdOf(kReceiver));
    search.set_open_places(true);
    const auto found = Must(Call<directory::v1::SearchServicesResponse>(kReferrer, search), "search");
    if (found.results().empty()) continue;
    service_id_ = found.results(0).service().service_id();
    return;
  }
  Must(absl::NotFoundError("no provider of the sample feed has a service that takes referrals"), "find a service");
}

std::string World::Register(const std::string& who) {
  const int number = people_.fetch_add(1);
  consent::v1::RegisterPersonRequest request;
  request.mutable_details()->set_full_name(Cat("Sample Person ", number));
  request.mutable_details()->set_date_of_birth(
      absl::StrFormat("19%02d-%02d-%02d", 50 + number % 50, 1 + number / 50 % 12, 1 + number / 600 % 28));
  return Must(Call<consent::v1::RegisterPersonResponse>(who, request), "register a person").person_ref();
}

consent::v1::CreateConsentRequest World::ConsentRequest(const std::string& person_ref,
                                                        const std::vector<std::string>& recipients, bool standing) {
  consent::v1::CreateConsentRequest request;
  request.set_person_ref(person_ref);
  request.set_request(true);
  auto& terms = *request.mutable_terms();
  terms.set_purpose(v1::PURPOSE_REFERRAL);
  for (const auto category : {v1::CATEGORY_IDENTITY, v1::CATEGORY_CONTACT}) {
    auto* added = terms.add_categories();
    added->set_category(category);
    added->set_necessity("to meet the person");
  }
  for (const std::string& recipient : recipients) terms.add_recipient_organisation_ids(IdOf(recipient));
  terms.set_mode(consent::v1::SHARING_MODE_VIEW);
  terms.mutable_valid_until()->set_seconds(absl::ToUnixSeconds(absl::Now() + absl::Hours(24 * 30)));
  terms.set_method(consent::v1::CAPTURE_METHOD_SPOKEN);
  terms.set_language("en");
  terms.set_text_sha256(text_sha256_);
  terms.set_standing(standing);
  return request;
}

void World::Give(const std::string& who, const consent::v1::CreateConsentResponse& created) {
  consent::v1::RecordDecisionRequest decide;
  decide.set_consent_id(created.consent_id());
  decide.set_etag(created.etag());
  decide.set_decision(consent::v1::CONSENT_STATE_GIVEN);
  Do<consent::v1::RecordDecisionResponse>(who, decide);
}

World::Consented World::Consent(const std::string& who, const std::vector<std::string>& recipients, bool standing) {
  return ConsentOf(who, Register(who), recipients, standing);
}

std::string World::RefOf(const std::string& who, const std::string& person_ref, const std::string& other) {
  consent::v1::ResolveRefRequest request;
  request.set_on_behalf_of(IdOf(who));
  request.set_person_ref(person_ref);
  request.add_organisation_ids(IdOf(other));
  const auto found = Must(ClientOf("service/referral", "consent").Call<consent::v1::ResolveRefResponse>(request),
                          "resolve a reference");
  return found.refs().at(IdOf(other));
}

World::Consented World::ConsentOf(const std::string& who, const std::string& person_ref,
                                  const std::vector<std::string>& recipients, bool standing,
                                  const std::function<void(consent::v1::ConsentTerms&)>& change) {
  Consented made;
  made.person_ref = person_ref;
  consent::v1::CreateConsentRequest request = ConsentRequest(made.person_ref, recipients, standing);
  if (change) change(*request.mutable_terms());
  const auto created = Do<consent::v1::CreateConsentResponse>(who, request);
  made.consent_id = created.consent_id();
  Give(who, created);
  return made;
}

void World::PutIdentity(const std::string& who, const std::string& person_ref) {
  consent::v1::PutRecordRequest request;
  request.set_person_ref(person_ref);
  request.mutable_section()->mutable_identity()->set_full_name("Sample Person");
  Must(Call<consent::v1::PutRecordResponse>(who, request).status(), "put a record");
}

referral::v1::CreateReferralRequest World::ReferralRequest(const Consented& consented) const {
  referral::v1::CreateReferralRequest request;
  request.set_person_ref(consented.person_ref);
  request.set_service_id(service_id_);
  request.set_consent_id(consented.consent_id);
  request.mutable_summary()->set_need("debt");
  request.set_send(true);
  return request;
}

consent::v1::GetRecordRequest World::ReadRequest(const std::string& person_ref, const std::string& consent_id) {
  consent::v1::GetRecordRequest request;
  request.set_person_ref(person_ref);
  request.set_purpose(common::v1::PURPOSE_REFERRAL);
  request.add_categories(common::v1::CATEGORY_IDENTITY);
  request.set_mode(consent::v1::SHARING_MODE_VIEW);
  request.set_consent_id(consent_id);
  return request;
}

World::Referred World::Refer(const std::string& who, const Consented& consented) {
  referral::v1::CreateReferralRequest request = ReferralRequest(consented);
  request.mutable_summary()->set_borough("E09000022");
  request.mutable_summary()->set_age_band("25-49");
  const auto made = Must(Call<referral::v1::CreateReferralResponse>(who, request), "refer");
  return {made.referral_id(), made.etag()};
}

}  // namespace nwd::e2e
