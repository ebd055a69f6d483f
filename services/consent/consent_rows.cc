#include "services/consent/consent_rows.h"

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/calendar/periods.h"
#include "common/store/proto_value.h"
#include "services/consent/consent_states.h"
#include "services/consent/decide.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "services/consent/person_rows.h"

namespace nwd::consent::consents {
namespace {

constexpr std::string_view kEtagPrefix = "r";

std::string AssociatedData(const ids::Uuid& consent_id) { return Cat("consent-terms/", consent_id.bytes()); }

}  // namespace

absl::StatusOr<std::optional<storage::Consent>> Find(const store::Reader& reader, const ids::Uuid& consent_id) {
  return store::Find<storage::Consent>(reader, keys::Consent(consent_id));
}

void Put(store::Txn& txn, const storage::Consent& consent) {
  store::PutMessage(txn, keys::Consent(IdOf(consent.consent_id())), consent);
}

void Add(store::Txn& txn, const storage::Consent& consent, const storage::SealedTerms& terms) {
  const ids::Uuid consent_id = IdOf(consent.consent_id());
  Put(txn, consent);
  store::PutMessage(txn, keys::Terms(consent_id), terms);
  txn.Put(keys::ConsentOfPerson(IdOf(consent.person_id()), consent.create_time_us(), consent_id), "");
  txn.Put(keys::ConsentEnd(consent.valid_until_us(), consent_id), "");
}

absl::Status Forget(store::Txn& txn, const storage::Consent& consent) {
  const ids::Uuid consent_id = IdOf(consent.consent_id()), person_id = IdOf(consent.person_id());
  txn.Delete(keys::Consent(consent_id));
  txn.Delete(keys::Terms(consent_id));
  txn.Delete(keys::CorroborationCode(consent_id));
  txn.Delete(keys::ConsentOfPerson(person_id, consent.create_time_us(), consent_id));
  txn.Delete(keys::ConsentEnd(consent.valid_until_us(), consent_id));
  std::vector<std::string> rows;
  for (const std::string& prefix : {keys::ReceiptsOfConsent(consent_id), keys::GrantsOfConsent(consent_id)}) {
    NWD_RETURN_IF_ERROR(
        txn.Scan(store::PrefixRange(prefix), store::Direction::kForward, [&](std::string_view key, std::string_view) {
          rows.emplace_back(key);
          return store::Visit::kContinue;
        }));
  }
  for (const std::string& row : rows) txn.Delete(row);
  return people::UncountConsent(txn, person_id, IdOf(consent.captor_organisation_id()));
}

absl::StatusOr<std::vector<storage::Consent>> TakeOver(store::Txn& txn, absl::Time now, size_t limit) {
  std::vector<std::string> rows;
  const store::Range passed{keys::ConsentEnds(), keys::ConsentEndsAfter(Micros(now))};
  NWD_RETURN_IF_ERROR(txn.Scan(passed, store::Direction::kForward, [&](std::string_view key, std::string_view) {
    rows.emplace_back(key);
    return rows.size() < limit ? store::Visit::kContinue : store::Visit::kStop;
  }));
  std::vector<storage::Consent> over;
  for (const std::string& row : rows) {
    txn.Delete(row);
    const ids::Uuid consent_id = IdOf(std::string_view(row).substr(row.size() - ids::Uuid::kSizeBytes));
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> consent, Find(txn, consent_id));
    if (consent.has_value()) over.push_back(*std::move(consent));
  }
  return over;
}

absl::StatusOr<std::vector<storage::Consent>> OfPerson(const store::Reader& reader, const ids::Uuid& person_id) {
  std::vector<storage::Consent> all;
  NWD_RETURN_IF_ERROR(Walk(reader, person_id, "", [&](const std::string&, const storage::Consent& consent) {
    all.push_back(consent);
    return store::Visit::kContinue;
  }));
  return all;
}

absl::Status Walk(const store::Reader& reader, const ids::Uuid& person_id, const std::string& from,
                  absl::FunctionRef<store::Visit(const std::string& key, const storage::Consent&)> visit) {
  // Time and id, newest first.
  NWD_ASSIGN_OR_RETURN(const std::vector<std::string> places,
                       joins::PlacesOfFamily(reader, person_id, keys::ConsentOfPersonPrefix, from));
  for (const std::string& place : places) {
    const ids::Uuid consent_id = IdOf(std::string_view(place).substr(place.size() - ids::Uuid::kSizeBytes));
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Consent> consent, Find(reader, consent_id));
    if (!consent.has_value()) {
      return absl::DataLossError("the index of a person's consents names one that is not there");
    }
    if (visit(place, *consent) == store::Visit::kStop) break;
  }
  return absl::OkStatus();
}

storage::SealedTerms Seal(const crypto::AeadKey& key, const ids::Uuid& consent_id, const storage::Terms& terms) {
  storage::SealedTerms sealed;
  sealed.set_sealed(key.Seal(terms.SerializeAsString(), AssociatedData(consent_id)));
  return sealed;
}

void PutTerms(store::Txn& txn, const crypto::AeadKey& key, const ids::Uuid& consent_id, const storage::Terms& terms) {
  store::PutMessage(txn, keys::Terms(consent_id), Seal(key, consent_id, terms));
}

absl::StatusOr<storage::Terms> ReadTerms(const store::Reader& reader, const crypto::AeadKey& key,
                                         const ids::Uuid& consent_id) {
  const std::string row = keys::Terms(consent_id);
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::SealedTerms> sealed,
                       store::Find<storage::SealedTerms>(reader, row));
  if (!sealed.has_value()) return absl::DataLossError("a consent has lost its terms");
  NWD_ASSIGN_OR_RETURN(const std::string opened, key.Open(sealed->sealed(), AssociatedData(consent_id)));
  return store::ParseValue<storage::Terms>(row, opened);
}

std::string EtagOf(int64_t revision) { return Cat(kEtagPrefix, revision); }
std::string EtagOf(const storage::Consent& consent) { return EtagOf(consent.revision()); }

std::optional<int64_t> RevisionOf(std::string_view etag) {
  int64_t revision = 0;
  const bool number = etag.rfind(kEtagPrefix, 0) == 0 &&
                      absl::SimpleAtoi(AbslView(etag.substr(kEtagPrefix.size())), &revision) && revision > 0;
  return number && EtagOf(revision) == etag ? std::optional(revision) : std::nullopt;
}

ids::Uuid IdOf(std::string_view bytes) { return ids::Uuid::FromBytes(bytes).value_or(ids::Uuid()); }

namespace {

void HideRepresentative(v1::ConsentTerms& terms) {
  terms.mutable_representative()->clear_name();
  terms.mutable_representative()->clear_evidence();
  terms.mutable_representative()->clear_evidence_sha256();
}

// Whether somebody is to look at a consent in this state.
bool ReviewDue(const storage::Consent& consent, ConsentState state, const v1::ConsentTerms& terms, absl::Time now) {
  if (!IsStoodBy(state)) return false;
  const bool authority_ended = consent.authority_until_us() != 0 && Micros(now) >= consent.authority_until_us();
  return authority_ended || calendar::ReviewHasCome(terms.review_on(), now);
}

void ShowToCaptor(const storage::Terms& terms, v1::Consent& shown) {
  shown.set_practitioner(terms.practitioner());
  if (shown.state() == v1::CONSENT_STATE_SUSPENDED) shown.set_suspend_reason(terms.suspend_reason());
  shown.set_revoke_reason(terms.revoke_reason());
  shown.set_invalidate_reason(terms.invalidate_reason());
}

}  // namespace

v1::Consent Show(const storage::Consent& consent, const storage::Terms& terms, const ids::Uuid& organisation_id,
                 std::string person_ref, absl::Time now) {
  const bool captor = consent.captor_organisation_id() == organisation_id.bytes();
  v1::Consent shown;
  shown.set_consent_id(IdOf(consent.consent_id()).ToString());
  shown.set_person_ref(std::move(person_ref));
  shown.set_state(StateAt(consent, now));
  *shown.mutable_terms() = terms.terms();
  // Recipients learn that somebody acts for the person, and by what authority; the name, and what was seen, stay with
  // who wrote it down.
  if (!captor && shown.terms().has_representative()) HideRepresentative(*shown.mutable_terms());
  shown.set_captor_organisation_id(IdOf(consent.captor_organisation_id()).ToString());
  if (captor) ShowToCaptor(terms, shown);
  shown.set_corroborated(FindRecipient(consent, IdOf(consent.captor_organisation_id())) == nullptr ||
                         consent.corroborated_by_person() || !consent.corroborator_ids().empty());
  *shown.mutable_create_time() = MicrosToTimestamp(consent.create_time_us());
  if (consent.decide_time_us() != 0) *shown.mutable_decide_time() = MicrosToTimestamp(consent.decide_time_us());
  const bool over_by_time = IsTerminal(shown.state()) && consent.end_time_us() == 0;
  if (consent.end_time_us() != 0 || over_by_time) {
    *shown.mutable_end_time() = MicrosToTimestamp(over_by_time ? consent.valid_until_us() : consent.end_time_us());
  }
  if (shown.state() == v1::CONSENT_STATE_SUSPENDED) {
    *shown.mutable_suspend_time() = MicrosToTimestamp(consent.suspend_time_us());
    shown.set_resume_needs_person(consent.resume_needs_person());
  }
  shown.set_review_due(ReviewDue(consent, shown.state(), terms.terms(), now));
  shown.set_uses(consent.uses());
  shown.set_etag(EtagOf(consent));
  return shown;
}

}  // namespace nwd::consent::consents
