#include "common/audit/audit_service.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "common/audit/proof.h"
#include "common/audit/record.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/log/log.h"
#include "common/tokens/page.h"

namespace nwd::audit {
namespace {

namespace v1 = common::v1;

// What an operator must know of, and the caller need not read.
absl::Status CannotRead(const absl::Status& why) {
  log::Line(log::Level::kError, "audit.not_served").Status(why).Emit();
  return absl::DataLossError("the audit log cannot be read here; the service's operator knows why");
}

v1::AuditEntry Show(uint64_t index, std::string bytes) {
  v1::AuditEntry shown;
  shown.set_index(static_cast<int64_t>(index));
  if (const std::optional<Entry> entry = DecodeEntry(bytes)) {
    shown.set_type(std::string(entry->type));
    *shown.mutable_period_start_time() = ToTimestamp(entry->time_bucket);
  }
  shown.set_entry(std::move(bytes));
  return shown;
}

}  // namespace

void AuditService::Register(rpc::Router& router) {
  router.Unary(this, &AuditService::GetCheckpoint);
  router.Unary(this, &AuditService::GetInclusionProof);
  router.Unary(this, &AuditService::ListEntries);
}

async::Task<absl::StatusOr<v1::GetCheckpointResponse>> AuditService::GetCheckpoint(rpc::Call&,
                                                                                   const v1::GetCheckpointRequest&) {
  auto body = [](const store::Reader& reader) { return rows::FindCited(reader); };
  absl::StatusOr<std::string> cited = co_await store_.View(body);
  if (!cited.ok()) co_return CannotRead(cited.status());
  v1::GetCheckpointResponse response;
  response.set_checkpoint(log_.checkpoint());
  for (std::string& key : log_.VerifierTexts()) response.add_verifier_keys(std::move(key));
  response.set_cited_checkpoint(*std::move(cited));
  co_return response;
}

async::Task<absl::StatusOr<v1::GetInclusionProofResponse>> AuditService::GetInclusionProof(
    rpc::Call&, const v1::GetInclusionProofRequest& request) {
  if (const absl::Status health = log_.Health(); !health.ok()) co_return CannotRead(health);
  const auto index = static_cast<uint64_t>(request.index());
  auto body = [&](const store::Reader& reader) { return log_.ProofAt(reader, index, LeafHash(request.entry())); };
  const absl::StatusOr<std::optional<Proof>> proof = co_await store_.View(body);
  if (absl::IsDataLoss(proof.status())) co_return CannotRead(proof.status());
  NWD_CO_RETURN_IF_ERROR(proof.status());
  if (!proof->has_value()) {
    co_return absl::NotFoundError(
        Cat("the audit log has no such entry at index ", index, ", or has not signed it yet"));
  }
  v1::GetInclusionProofResponse response;
  response.set_proof(WriteProof(**proof, request.entry()));
  co_return response;
}

async::Task<absl::StatusOr<v1::ListEntriesResponse>> AuditService::ListEntries(rpc::Call& call,
                                                                               const v1::ListEntriesRequest& request) {
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string start, tokens::PageStart(tokens_, scope, request));
  auto index = static_cast<uint64_t>(request.from_index());
  if (!start.empty() && !absl::SimpleAtoi(start, &index)) {
    co_return absl::InternalError("a page token without an index");
  }
  const int size = tokens::PageSize(request.page_size());
  absl::StatusOr<std::vector<std::string>> entries = co_await log_.ReadEntries(index, size);
  if (absl::IsDataLoss(entries.status())) co_return CannotRead(entries.status());
  NWD_CO_RETURN_IF_ERROR(entries.status());
  v1::ListEntriesResponse response;
  for (std::string& entry : *entries) *response.add_entries() = Show(index++, std::move(entry));
  if (index < log_.size()) response.set_next_page_token(tokens_.Seal(scope, Cat(index)));
  co_return response;
}

}  // namespace nwd::audit
