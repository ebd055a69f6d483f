#include "services/consent/export_service.h"

#include <algorithm>
#include <optional>

#include "absl/strings/escaping.h"
#include "common/async/block_on.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/crypto/sha256.h"
#include "common/status/status.h"
#include "google/protobuf/util/json_util.h"
#include "services/consent/case_rows.h"
#include "services/consent/case_states.h"
#include "services/consent/case_ties.h"
#include "services/consent/consent_rows.h"
#include "services/consent/export_page.h"
#include "services/consent/limits.h"
#include "services/consent/named_ids.h"
#include "services/consent/reasons.h"
#include "services/consent/wrong_state.h"

namespace nwd::consent {
namespace {

// An export answers an ACCESS once it is known who asks.
absl::Status CheckExportable(const storage::Case& row) {
  if (row.kind() != v1::CASE_KIND_ACCESS) {
    return WrongState({.thing = "case", .state = KindName(row.kind()), .event = "exporting", .states = "ACCESS"});
  }
  if (row.state() == v1::CASE_STATE_OPEN || row.state() == v1::CASE_STATE_AWAITING_CLARIFICATION) {
    return absl::OkStatus();
  }
  return WrongState({.thing = "case",
                     .state = StateName(row.state()),
                     .event = "exporting",
                     .states = "OPEN, AWAITING_CLARIFICATION"});
}

absl::StatusOr<std::string> AsJson(const v1::PersonExport& exported) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto written = google::protobuf::util::MessageToJsonString(exported, &json, options);
  if (!written.ok()) return absl::DataLossError("what is held cannot be written as JSON");
  return json;
}

// What was suggested to referrers whose referrals were declined.
void AddAlternatives(v1::PersonExport& exported) {
  for (const referral::v1::PersonReferralItem& item : exported.referrals()) {
    if (item.referral().alternative_service_ids().empty()) continue;
    v1::AutomatedSuggestion& suggestion = *exported.add_suggestions();
    suggestion.set_kind(v1::AutomatedSuggestion::KIND_ALTERNATIVE_SERVICES);
    suggestion.set_organisation_id(item.referral().referrer_organisation_id());
    suggestion.set_referral_id(item.referral().referral_id());
    *suggestion.mutable_service_ids() = item.referral().alternative_service_ids();
    if (item.referral().has_update_time()) *suggestion.mutable_suggest_time() = item.referral().update_time();
  }
}

}  // namespace

void ExportService::Register(rpc::Router& router) { router.Stream(this, &ExportService::ExportPerson); }

async::Task<absl::Status> ExportService::ExportPerson(rpc::Call& call, const v1::ExportPersonRequest& request,
                                                      rpc::Writer<v1::ExportPersonResponse>& writer) {
  rpc::Limiter::Ticket ticket;
  NWD_CO_RETURN_IF_ERROR(at_once_.Enter(call.caller(), /*stream=*/true, &ticket));
  const ids::Uuid case_id = IdIn(request.case_id());
  auto look = [&](const store::Reader& reader) { return PersonOf(reader, call, case_id); };
  NWD_CO_ASSIGN_OR_RETURN(const ids::Uuid person_id, co_await parts_.store.View(look));
  NWD_CO_ASSIGN_OR_RETURN(const std::string file, co_await MakeFile(call, request, person_id));
  NWD_CO_RETURN_IF_ERROR(co_await Keep(call, case_id, person_id));

  v1::ExportPersonResponse part;
  part.set_size_bytes(static_cast<int64_t>(file.size()));
  part.set_sha256(absl::BytesToHexString(AbslView(crypto::View(crypto::Sha256(file)))));
  for (size_t at = 0; at < file.size(); at += kExportPartBytes) {
    part.set_content(file.substr(at, kExportPartBytes));
    NWD_CO_RETURN_IF_ERROR(co_await writer.Write(part));
    part.Clear();
  }
  co_return absl::OkStatus();
}

async::Task<absl::StatusOr<std::string>> ExportService::MakeFile(const rpc::Call& call,
                                                                 const v1::ExportPersonRequest& request,
                                                                 const ids::Uuid& person_id) {
  const absl::StatusOr<v1::PersonExport> exported = co_await Gather(call, request, person_id);
  if (!exported.ok()) co_return Corrupt(parts_, "what is held about a person", exported.status());
  co_return co_await Write(*exported, request.format());
}

absl::StatusOr<ids::Uuid> ExportService::PersonOf(const store::Reader& reader, rpc::Call& call,
                                                  const ids::Uuid& case_id) const {
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::Case> row, cases::Find(reader, case_id));
  NWD_ASSIGN_OR_RETURN(const bool theirs, cases::IsAnsweredBy(reader, ties::AskerOf(call), row));
  if (!theirs) return status::Denied();
  call.ProveTie(common::v1::TIE_CASE_HANDLER);
  NWD_RETURN_IF_ERROR(CheckExportable(*row));
  return consents::IdOf(row->person_id());
}

async::Task<absl::StatusOr<v1::PersonExport>> ExportService::Gather(const rpc::Call& call,
                                                                    const v1::ExportPersonRequest& request,
                                                                    const ids::Uuid& person_id) {
  Gathering gathering{parts_, person_id, {}, ties::AskerOf(call), call.Now()};
  auto gather = [&]() -> absl::StatusOr<Gathered> {
    auto look = [&](const store::Reader& reader) { return GatherHere(reader, gathering); };
    return async::BlockOn(parts_.store.View(look));
  };
  absl::StatusOr<Gathered> gathered = absl::AbortedError("");
  for (int tries = 0; absl::IsAborted(gathered.status()) && tries < kGatherTries; ++tries) {
    NWD_CO_ASSIGN_OR_RETURN(gathering.keys, co_await KeysOfFamily(parts_, person_id));
    gathered = co_await workers_.Run(gather);
  }
  if (absl::IsAborted(gathered.status())) co_return absl::DataLossError(gathered.status().message());
  NWD_CO_RETURN_IF_ERROR(gathered.status());
  v1::PersonExport exported = std::move(gathered->exported);
  *exported.mutable_create_time() = ToTimestamp(call.Now());
  exported.set_case_id(request.case_id());
  exported.set_scope(gathering.asker.is_channel ? v1::EXPORT_SCOPE_WHOLE : v1::EXPORT_SCOPE_ORGANISATION);
  exported.set_organisation_id(call.organisation_id());
  NWD_CO_RETURN_IF_ERROR(co_await AddElsewhere(call, gathered->family, exported));
  AddAlternatives(exported);
  NWD_CO_RETURN_IF_ERROR(co_await AddNames(call, exported));
  co_return exported;
}

async::Task<absl::Status> ExportService::AddElsewhere(const rpc::Call& call, const std::vector<ids::Uuid>& family,
                                                      v1::PersonExport& exported) {
  if (elsewhere_ == nullptr) co_return absl::UnavailableError("the other services cannot be asked");
  HeldElsewhere::Asked asked;
  for (const ids::Uuid& id : family) asked.person_ids.push_back(id.ToString());
  if (!ties::AskerOf(call).is_channel) asked.organisation_id = call.organisation_id();
  NWD_CO_ASSIGN_OR_RETURN(std::vector<referral::v1::PersonReferralItem> referrals,
                          co_await elsewhere_->Referrals(call, asked));
  for (referral::v1::PersonReferralItem& item : referrals) *exported.add_referrals() = std::move(item);
  NWD_CO_ASSIGN_OR_RETURN(std::vector<outcome::v1::PersonStep> steps, co_await elsewhere_->Steps(call, asked));
  for (outcome::v1::PersonStep& step : steps) *exported.add_journey() = std::move(step);
  co_return absl::OkStatus();
}

async::Task<absl::Status> ExportService::AddNames(const rpc::Call& call, v1::PersonExport& exported) {
  const NamedIds named = IdsNamedIn(exported);
  for (const std::string& id : named.organisations) {
    NWD_CO_ASSIGN_OR_RETURN(std::string name, co_await elsewhere_->OrganisationName(call, id));
    v1::ExportedName& shown = *exported.add_organisations();
    shown.set_id(id);
    shown.set_name(std::move(name));
  }
  for (const std::string& id : named.services) {
    NWD_CO_ASSIGN_OR_RETURN(std::string name, co_await elsewhere_->ServiceName(call, id));
    v1::ExportedName& shown = *exported.add_services();
    shown.set_id(id);
    shown.set_name(std::move(name));
  }
  co_return absl::OkStatus();
}

async::Task<absl::StatusOr<std::string>> ExportService::Write(const v1::PersonExport& exported,
                                                              v1::ExportFormat format) {
  auto write = [&]() -> absl::StatusOr<std::string> {
    if (format == v1::EXPORT_FORMAT_HTML) return ExportPage(exported);
    return AsJson(exported);
  };
  NWD_CO_ASSIGN_OR_RETURN(std::string file, co_await workers_.Run(write));
  if (file.size() <= kExportBytesMax) co_return file;
  co_return status::Error(
      absl::StatusCode::kFailedPrecondition, reasons::kLimitReached,
      Cat("the export has ", file.size(), " bytes, of at most ", kExportBytesMax, "; ask the hub's operators"),
      {{"limit", Cat(kExportBytesMax)}});
}

async::Task<absl::Status> ExportService::Keep(rpc::Call& call, const ids::Uuid& case_id, const ids::Uuid& person_id) {
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await KeyOrNull(parts_, person_id));
  auto body = [&](store::Txn& txn) -> absl::Status {
    NWD_RETURN_IF_ERROR(PersonOf(txn, call, case_id).status());
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Case> before, cases::Find(txn, case_id));
    storage::Case row = *before;
    row.set_exports(row.exports() + 1);
    row.set_revision(row.revision() + 1);
    cases::Replace(txn, *before, row);
    storage::Deed deed = DeedOf(call);
    deed.set_case_id(row.case_id());
    Record(parts_, txn, "person.exported", call.Now(), person_id, key, deed);
    return absl::OkStatus();
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

}  // namespace nwd::consent
