#include "services/directory/agreement_repository.h"

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/store/proto_value.h"
#include "services/directory/agreement_rules.h"
#include "services/directory/keys.h"

namespace nwd::directory {

using ids::Uuid;

absl::StatusOr<std::optional<AgreementRow>> FindAgreement(const store::Reader& reader, std::string_view agreement_id) {
  const std::optional<Uuid> id = Uuid::Parse(agreement_id);
  if (!id) return std::nullopt;
  return store::Find<AgreementRow>(reader, keys::Agreement(*id));
}

absl::Status WalkAgreements(const store::Reader& reader, std::string_view from,
                            absl::FunctionRef<store::Visit(const std::string& place, const AgreementRow& row)> visit) {
  const std::string table = keys::Table(keys::kAgreementsByTime);
  store::Range range = store::PrefixRange(table);
  range.begin += from;
  absl::Status inner;
  NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view id) {
    const auto agreement_id = Uuid::FromBytes(id);
    auto row = store::Find<AgreementRow>(reader, keys::Agreement(agreement_id.value_or(Uuid())));
    if (!row.ok() || !row->has_value()) {
      inner = row.ok() ? absl::DataLossError("the list of agreements names one that is not there") : row.status();
      return store::Visit::kStop;
    }
    return visit(std::string(key.substr(table.size())), **row);
  }));
  return inner;
}

void SaveAgreement(store::Txn& txn, AgreementRow& row) {
  const directory::v1::Agreement& agreement = row.agreement();
  const std::optional<Uuid> id = Uuid::Parse(agreement.agreement_id());
  NWD_CHECK(id.has_value());
  if (row.revision() == 0) {
    txn.Put(keys::AgreementByTime(Micros(FromTimestamp(agreement.create_time())), *id), id->bytes());
  }
  row.set_revision(row.revision() + 1);
  store::PutMessage(txn, keys::Agreement(*id), row);
  txn.Append(store::Feed::kChanges, ChangeOf(agreement).SerializeAsString());
}

std::string EtagOf(const AgreementRow& row) { return Cat("r", row.revision()); }

directory::v1::Agreement ToMessage(const AgreementRow& row, absl::Time now) {
  directory::v1::Agreement agreement = row.agreement();
  agreement.set_state(StateAt(row.agreement(), now));
  agreement.set_review_due(ReviewDue(row.agreement(), now));
  agreement.set_etag(EtagOf(row));
  return agreement;
}

common::v1::Change ChangeOf(const directory::v1::Agreement& agreement) {
  common::v1::Change change;
  *change.mutable_change_time() = agreement.has_end_time() ? agreement.end_time() : agreement.create_time();
  common::v1::AgreementChange& detail = *change.mutable_agreement();
  detail.set_agreement_id(agreement.agreement_id());
  *detail.mutable_party_organisation_ids() = agreement.terms().party_organisation_ids();
  *detail.mutable_purposes() = agreement.terms().purposes();
  *detail.mutable_categories() = agreement.terms().categories();
  *detail.mutable_lawful_bases() = agreement.terms().lawful_bases();
  *detail.mutable_valid_from() = ToTimestamp(BeginOf(agreement));
  *detail.mutable_end_time() = ToTimestamp(EndOf(agreement));
  return change;
}

}  // namespace nwd::directory
