#include "services/consent/authority_rows.h"

#include <utility>
#include <vector>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/calendar/periods.h"
#include "common/store/proto_value.h"
#include "services/consent/authority_states.h"
#include "services/consent/cited_basis.h"
#include "services/consent/consent_rows.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"

namespace nwd::consent::authorities {
namespace {

using consents::IdOf;

std::string AssociatedData(const ids::Uuid& authority_id) { return Cat("authority-terms/", authority_id.bytes()); }

std::string StandingKey(const storage::Authority& authority) {
  return keys::AuthorityStanding(IdOf(authority.person_id()), authority.valid_until_us(),
                                 IdOf(authority.authority_id()));
}

bool ReviewDue(const v1::Authority& shown, absl::Time now) {
  return !IsOver(shown.state()) && calendar::ReviewHasCome(shown.terms().review_on(), now);
}

}  // namespace

absl::StatusOr<std::optional<storage::Authority>> Find(const store::Reader& reader, const ids::Uuid& authority_id) {
  return store::Find<storage::Authority>(reader, keys::Authority(authority_id));
}

void Put(store::Txn& txn, const storage::Authority& authority) {
  store::PutMessage(txn, keys::Authority(IdOf(authority.authority_id())), authority);
}

void PutOver(store::Txn& txn, const storage::Authority& authority) {
  Put(txn, authority);
  txn.Delete(StandingKey(authority));
}

absl::Status Add(store::Txn& txn, const storage::Authority& authority, const storage::SealedTerms& terms,
                 absl::Time now) {
  const ids::Uuid authority_id = IdOf(authority.authority_id()), person_id = IdOf(authority.person_id());
  NWD_RETURN_IF_ERROR(
      ForgetEnded(txn, {keys::AuthoritiesStanding(person_id), keys::AuthoritiesStandingAfter(person_id, Micros(now))}));
  Put(txn, authority);
  store::PutMessage(txn, keys::Terms(authority_id), terms);
  txn.Put(StandingKey(authority), authority.asserter_organisation_id());
  txn.Put(keys::AuthorityOfPerson(person_id, authority.create_time_us(), authority_id), "");
  return absl::OkStatus();
}

absl::Status Forget(store::Txn& txn, const storage::Authority& authority) {
  const ids::Uuid authority_id = IdOf(authority.authority_id());
  txn.Delete(keys::Authority(authority_id));
  txn.Delete(keys::Terms(authority_id));
  txn.Delete(StandingKey(authority));
  txn.Delete(keys::AuthorityOfPerson(IdOf(authority.person_id()), authority.create_time_us(), authority_id));
  std::vector<std::string> rows;
  NWD_RETURN_IF_ERROR(txn.Scan(store::PrefixRange(keys::GrantsOfConsent(authority_id)), store::Direction::kForward,
                               [&](std::string_view key, std::string_view) {
                                 rows.emplace_back(key);
                                 return store::Visit::kContinue;
                               }));
  for (const std::string& row : rows) txn.Delete(row);
  return absl::OkStatus();
}

absl::Status ForgetEnded(store::Txn& txn, const store::Range& ended) {
  std::vector<std::string> rows;
  NWD_RETURN_IF_ERROR(txn.Scan(ended, store::Direction::kForward, [&](std::string_view key, std::string_view) {
    rows.emplace_back(key);
    return rows.size() < kEndedForgottenMax ? store::Visit::kContinue : store::Visit::kStop;
  }));
  for (const std::string& row : rows) txn.Delete(row);
  return absl::OkStatus();
}

absl::StatusOr<Standing> CountStanding(const store::Reader& reader, const ids::Uuid& person_id,
                                       const ids::Uuid& asserter_id, absl::Time now) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, person_id));
  Standing standing;
  const auto count = [&](std::string_view, std::string_view asserter) {
    standing.asserted += asserter == asserter_id.bytes();
    return ++standing.all < kAuthoritiesPerPersonMax ? store::Visit::kContinue : store::Visit::kStop;
  };
  for (const ids::Uuid& relative : family) {
    store::Range range = store::PrefixRange(keys::AuthoritiesStanding(relative));
    range.begin = keys::AuthoritiesStandingAfter(relative, Micros(now));
    NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, count));
    if (standing.all >= kAuthoritiesPerPersonMax) break;
  }
  return standing;
}

absl::Status Walk(const store::Reader& reader, const ids::Uuid& person_id, const std::string& from,
                  absl::FunctionRef<store::Visit(const std::string& place, const storage::Authority&)> visit) {
  NWD_ASSIGN_OR_RETURN(const std::vector<std::string> places,
                       joins::PlacesOfFamily(reader, person_id, keys::AuthorityOfPersonPrefix, from));
  for (const std::string& place : places) {
    const ids::Uuid authority_id = IdOf(std::string_view(place).substr(place.size() - ids::Uuid::kSizeBytes));
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Authority> authority, Find(reader, authority_id));
    if (!authority.has_value()) {
      return absl::DataLossError("the index of a person's authorities names one that is not there");
    }
    if (visit(place, *authority) == store::Visit::kStop) break;
  }
  return absl::OkStatus();
}

storage::SealedTerms Seal(const crypto::AeadKey& key, const ids::Uuid& authority_id,
                          const storage::AuthorityTerms& terms) {
  storage::SealedTerms sealed;
  sealed.set_sealed(key.Seal(terms.SerializeAsString(), AssociatedData(authority_id)));
  return sealed;
}

void PutTerms(store::Txn& txn, const crypto::AeadKey& key, const ids::Uuid& authority_id,
              const storage::AuthorityTerms& terms) {
  store::PutMessage(txn, keys::Terms(authority_id), Seal(key, authority_id, terms));
}

absl::StatusOr<storage::AuthorityTerms> ReadTerms(const store::Reader& reader, const crypto::AeadKey& key,
                                                  const ids::Uuid& authority_id) {
  const std::string row = keys::Terms(authority_id);
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::SealedTerms> sealed,
                       store::Find<storage::SealedTerms>(reader, row));
  if (!sealed.has_value()) return absl::DataLossError("an authority has lost its terms");
  NWD_ASSIGN_OR_RETURN(const std::string opened, key.Open(sealed->sealed(), AssociatedData(authority_id)));
  return store::ParseValue<storage::AuthorityTerms>(row, opened);
}

std::string EtagOf(const storage::Authority& authority) { return consents::EtagOf(authority.revision()); }

v1::Authority Show(const storage::Authority& authority, const storage::AuthorityTerms& terms, std::string person_ref,
                   absl::Time now) {
  v1::Authority shown;
  shown.set_authority_id(IdOf(authority.authority_id()).ToString());
  shown.set_person_ref(std::move(person_ref));
  shown.set_state(StateAt(authority, now));
  *shown.mutable_terms() = terms.terms();
  shown.set_asserter_organisation_id(IdOf(authority.asserter_organisation_id()).ToString());
  shown.set_approver_organisation_id(ShownId(authority.approver_organisation_id()));
  *shown.mutable_create_time() = MicrosToTimestamp(authority.create_time_us());
  if (authority.approve_time_us() != 0) *shown.mutable_approve_time() = MicrosToTimestamp(authority.approve_time_us());
  if (IsOver(shown.state())) {
    const bool by_time = authority.end_time_us() == 0;
    *shown.mutable_end_time() = MicrosToTimestamp(by_time ? authority.valid_until_us() : authority.end_time_us());
  }
  shown.set_uses(authority.uses());
  shown.set_etag(EtagOf(authority));
  shown.set_end_reason(terms.end_reason());
  shown.set_overturn_reason(terms.overturn_reason());
  shown.set_review_due(ReviewDue(shown, now));
  return shown;
}

}  // namespace nwd::consent::authorities
