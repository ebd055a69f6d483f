#include "tests/services/consent/desk.h"

#include "common/access/policy.h"
#include "common/audit/record.h"
#include "common/replica/keys.h"
#include "common/store/proto_value.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/testing/project_calendar.h"

namespace nwd::consent {

using namespace common::v1;  // NOLINT

namespace {

crypto::HubKey HubKeyOf(char fill) { return *crypto::HubKey::FromEnvironment("TEST", std::string(43, fill) + "="); }

}  // namespace

Desk::Desk()
    : clock_([] {
        absl::Time start;
        std::string error;
        NWD_CHECK(absl::ParseTime(absl::RFC3339_full, kDeskStart, &start, &error));
        return start;
      }()),
      hub_key_(HubKeyOf('A')) {
  services_ = Start();
}

void Desk::Restart(char hub_key_fill) {
  services_.reset();
  hub_key_ = HubKeyOf(hub_key_fill);
  services_ = Start();
}

std::unique_ptr<Services> Desk::Start() {
  return std::make_unique<Services>(Services::Given{
      .store = store_,
      .keys = keys_,
      .hub_key = hub_key_,
      .clock = clock_,
      .calendar = testing::ProjectCalendar(),
      .registry = registry_,
      .ask_organisation = [this](const std::string& id) -> async::Task<absl::Status> {
        ++asked_;
        const auto found = directory_only_.find(id);
        if (found == directory_only_.end()) co_return absl::NotFoundError("no such organisation");
        registry_.Set(found->second);
        co_return absl::OkStatus();
      },
      .ask_agreement = [this](const std::string& id) -> async::Task<absl::Status> {
        ++asked_;
        if (const auto found = agreements_in_directory_only_.find(id); found != agreements_in_directory_only_.end()) {
          NWD_CO_RETURN_IF_ERROR(co_await Bring(found->second));
        }
        co_return absl::OkStatus();
      },
      .metrics = metrics_,
      .elsewhere = &elsewhere_,
      .key_files = {.forget_deleted = {}, .oldest_backup = [this] { return oldest_key_backup; }},
      .steady_now = [this] { return steady_now; }});
}

namespace {

access::Organisation OrganisationOf(const std::string& slug, const std::string& id, OrganisationKind kind,
                                    std::vector<Role> roles) {
  access::Organisation organisation;
  organisation.organisation_id = id;
  organisation.slug = slug;
  organisation.kind = kind;
  organisation.state = ORGANISATION_STATE_ACTIVE;
  organisation.roles = std::move(roles);
  organisation.identities = {"spiffe://hub.test/org/" + slug};
  return organisation;
}

}  // namespace

std::string Desk::Add(const std::string& slug, OrganisationKind kind, std::vector<Role> roles) {
  const std::string id = ids::Uuid::Random().ToString();
  ids_[slug] = id;
  registry_.Set(OrganisationOf(slug, id, kind, std::move(roles)));
  return id;
}

std::string Desk::AddChannel(const std::string& slug) {
  return Add(slug, ORGANISATION_KIND_OTHER, {ROLE_RESIDENT_CHANNEL});
}

std::string Desk::AddToDirectoryOnly(const std::string& slug) {
  const std::string id = ids::Uuid::Random().ToString();
  ids_[slug] = id;
  directory_only_[id] = OrganisationOf(slug, id, ORGANISATION_KIND_COLLEGE, {ROLE_AGENCY});
  return id;
}

AgreementChange Desk::AgreementOf(const std::vector<std::string>& parties) const {
  AgreementChange agreement;
  agreement.set_agreement_id(ids::Uuid::Random().ToString());
  for (const std::string& party : parties) agreement.add_party_organisation_ids(IdOf(party));
  agreement.add_purposes(PURPOSE_EMPLOYMENT_SUPPORT);
  for (const Category category : {CATEGORY_SKILLS, CATEGORY_CONTACT}) agreement.add_categories(category);
  agreement.add_lawful_bases(LAWFUL_BASIS_CONSENT);
  *agreement.mutable_valid_from() = ToTimestamp(clock_.Now() - absl::Hours(24));
  *agreement.mutable_end_time() = ToTimestamp(clock_.Now() + absl::Hours(24 * 365));
  return agreement;
}

async::Task<absl::Status> Desk::Bring(AgreementChange agreement) {
  const std::string row = replica::AgreementKey(*ids::Uuid::Parse(agreement.agreement_id()));
  auto put = [&](store::Txn& txn) {
    store::PutMessage(txn, row, agreement);
    return absl::OkStatus();
  };
  co_return co_await store_.Update(put);
}

std::string Desk::AddAgreement(const AgreementChange& agreement) {
  EXPECT_TRUE(async::BlockOn(Bring(agreement)).ok());
  return agreement.agreement_id();
}

std::string Desk::AddAgreementToDirectoryOnly(const AgreementChange& agreement) {
  agreements_in_directory_only_[agreement.agreement_id()] = agreement;
  return agreement.agreement_id();
}

std::string Desk::IdOf(const std::string& slug) const { return ids_.at(slug); }

const AccessRule& Desk::RuleOf(const google::protobuf::Descriptor& request) const {
  absl::MutexLock lock(&rules_mutex_);
  auto found = rules_.find(request.full_name());
  if (found == rules_.end())
    found = rules_.emplace(request.full_name(), *access::RuleOf(testing::MethodOf(request))).first;
  return found->second;
}

rpc::Call::Facts Desk::FactsOf(const std::string& who) const {
  rpc::Call::Facts facts;
  constexpr std::string_view kService = "service/";
  if (who.rfind(kService, 0) == 0) {
    facts.caller.kind = access::Caller::Kind::kService;
    facts.caller.service = who.substr(kService.size());
  } else {
    facts.caller.kind = access::Caller::Kind::kOrganisation;
    facts.caller.identity = "spiffe://hub.test/org/" + who;
    facts.caller.organisation = registry_.FindById(IdOf(who));
    facts.practitioner = "practitioner-of-" + who;
  }
  return facts;
}

std::vector<store::FeedEntry> Desk::Entries(store::Feed feed) {
  constexpr int kEnough = 100'000;
  absl::StatusOr<std::vector<store::FeedEntry>> entries = store_.ReadFeed(feed, 0, kEnough);
  EXPECT_TRUE(entries.ok()) << entries.status();
  return entries.ok() ? *std::move(entries) : std::vector<store::FeedEntry>();
}

std::vector<Change> Desk::Changes() {
  std::vector<Change> changes;
  for (const store::FeedEntry& entry : Entries(store::Feed::kChanges)) {
    NWD_CHECK(changes.emplace_back().ParseFromString(entry.bytes));
  }
  return changes;
}

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  const google::rpc::Status wire = status::ToWire(status);
  for (const auto& detail : wire.details()) {
    google::rpc::BadRequest bad;
    if (!detail.UnpackTo(&bad)) continue;
    for (const auto& violation : bad.field_violations()) fields.push_back(violation.field());
  }
  return fields;
}

std::string WireTextOf(const absl::Status& status) { return status::ToWire(status).SerializeAsString(); }

absl::Duration RetryAfterOf(const absl::Status& status) {
  google::rpc::RetryInfo retry;
  const google::rpc::Status wire = status::ToWire(status);
  for (const auto& detail : wire.details()) {
    if (detail.Is<google::rpc::RetryInfo>()) (void)detail.UnpackTo(&retry);
  }
  return absl::Seconds(retry.retry_delay().seconds()) + absl::Nanoseconds(retry.retry_delay().nanos());
}

int Desk::Audited(const std::string& type) {
  EXPECT_TRUE(async::BlockOn(services_->check_log().Flush()).ok());
  int count = 0;
  for (const store::FeedEntry& entry : Entries(store::Feed::kAudit)) {
    const auto record = audit::DecodeRecord(entry.bytes);
    NWD_CHECK(record.has_value());
    count += audit::DecodeEntry(record->entry)->type == type;
  }
  return count;
}

}  // namespace nwd::consent
