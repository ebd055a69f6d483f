#include "services/consent/erasure.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "services/consent/authority_end.h"
#include "services/consent/authority_rows.h"
#include "services/consent/authority_states.h"
#include "services/consent/case_rows.h"
#include "services/consent/case_states.h"
#include "services/consent/consent_rows.h"
#include "services/consent/consent_states.h"
#include "services/consent/disclosure_rows.h"
#include "services/consent/emergency_rows.h"
#include "services/consent/enrolments.h"
#include "services/consent/erasure_rows.h"
#include "services/consent/joins.h"
#include "services/consent/limits.h"
#include "services/consent/person_rows.h"
#include "services/consent/person_seal.h"
#include "services/consent/telling.h"
#include "services/consent/withdrawal.h"

namespace nwd::consent {
namespace {

using Family = std::vector<ids::Uuid>;

// Those who were given anything, those who hold the person, and the channels that act for them.
absl::Status TellAll(store::Txn& txn, const Erasing& erasing, const Family& family, std::vector<ids::Uuid>& told) {
  GivenTo given;
  absl::flat_hash_set<ids::Uuid> met;
  std::map<ids::Uuid, ids::Uuid> holders;  // by which id of the person
  int budget = kDisclosuresLookedAtMax;
  for (const ids::Uuid& id : family) {
    NWD_RETURN_IF_ERROR(disclosures::WalkNewest(txn, id, budget, [&](const disclosures::Placed& placed) {
      if (met.insert(placed.disclosure_id).second) given.Add(placed);
    }));
    NWD_ASSIGN_OR_RETURN(const std::vector<people::HolderOf> of_this, people::HoldersOf(txn, id));
    for (const people::HolderOf& holder : of_this) holders.try_emplace(holder.organisation_id, id);
    NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> channels, enrolments::ChannelsUnder(txn, id));
    for (const ids::Uuid& channel : channels) holders.try_emplace(channel, id);
  }
  if (budget <= 0) NWD_RETURN_IF_ERROR(given.AddAllReaders(txn, erasing.person_id));
  storage::Notice notice;
  notice.set_type(v1::NOTICE_TYPE_ERASURE);
  NWD_RETURN_IF_ERROR(given.Tell(txn, notice, erasing.now, told));
  const std::set<ids::Uuid> told_already(told.begin(), told.end());
  for (const auto& [holder, id] : holders) {
    if (told_already.contains(holder) || holder == erasing.handler_id) continue;
    storage::Notice theirs = notice;
    theirs.set_person_id(std::string(id.bytes()));
    NWD_RETURN_IF_ERROR(Tell(txn, holder, std::move(theirs), Touched(), erasing.now, told));
  }
  return absl::OkStatus();
}

// A consent that was never decided permits nothing, and there is nobody to decide it any more.
absl::Status EndConsents(store::Txn& txn, const Erasing& erasing) {
  NWD_ASSIGN_OR_RETURN(std::vector<storage::Consent> all, consents::OfPerson(txn, erasing.person_id));
  for (storage::Consent& consent : all) {
    if (!Next(consent.state(), ConsentEvent::kWithdraw).has_value()) continue;
    NWD_RETURN_IF_ERROR(
        TakeOutOfForce(txn, consent, ConsentEvent::kWithdraw, v1::NOTICE_TYPE_UNSPECIFIED, erasing.now).status());
  }
  return absl::OkStatus();
}

absl::Status EndAuthorities(store::Txn& txn, const Erasing& erasing) {
  std::vector<storage::Authority> standing;
  NWD_RETURN_IF_ERROR(
      authorities::Walk(txn, erasing.person_id, "", [&](const std::string&, const storage::Authority& authority) {
        if (!IsOver(StateAt(authority, erasing.now))) standing.push_back(authority);
        return store::Visit::kContinue;
      }));
  for (storage::Authority& authority : standing) {
    std::vector<ids::Uuid> nobody;
    NWD_RETURN_IF_ERROR(
        EndAuthority(txn, authority, AuthorityEvent::kEnd, v1::NOTICE_TYPE_UNSPECIFIED, erasing.now, nobody));
  }
  return absl::OkStatus();
}

absl::Status CloseEmergencies(store::Txn& txn, const Erasing& erasing) {
  NWD_ASSIGN_OR_RETURN(const std::vector<storage::EmergencyAccess> all, emergencies::OfPerson(txn, erasing.person_id));
  for (const storage::EmergencyAccess& before : all) {
    if (before.close_time_us() != 0 || before.review_time_us() != 0) continue;
    storage::EmergencyAccess access = before;
    access.set_close_time_us(Micros(erasing.now));
    access.set_revision(access.revision() + 1);
    emergencies::Replace(txn, before, access);
  }
  return absl::OkStatus();
}

absl::Status CloseOtherCases(store::Txn& txn, const Erasing& erasing, const storage::Case& this_one) {
  std::vector<storage::Case> open;
  NWD_RETURN_IF_ERROR(cases::WalkPerson(txn, erasing.person_id, "", [&](const std::string&, const storage::Case& row) {
    if (row.state() != v1::CASE_STATE_CLOSED && row.case_id() != this_one.case_id()) open.push_back(row);
    return store::Visit::kContinue;
  }));
  for (const storage::Case& before : open) {
    storage::Case row = before;
    CloseErased(erasing.now, row);
    if (row.kind() == v1::CASE_KIND_RESTRICTION && row.lift_time_us() == 0) row.set_lift_time_us(Micros(erasing.now));
    cases::Replace(txn, before, row);
  }
  return absl::OkStatus();
}

// The blocks that this id's details fall into; none where they can no longer be read.
std::vector<std::string> BlocksOf(const Erasing& erasing, const ids::Uuid& id, const storage::Person& person) {
  const auto key = erasing.keys.find(id);
  if (key == erasing.keys.end()) return {};
  const absl::StatusOr<storage::PersonDetails> kept = OpenDetails(*key->second, id, person.sealed_details());
  if (!kept.ok()) return {};
  v1::PersonDetails details;
  details.set_full_name(kept->full_name());
  details.set_date_of_birth(kept->date_of_birth());
  details.set_postcode(kept->postcode());
  const absl::StatusOr<CheckedDetails> checked = CheckDetails(details);
  return checked.ok() ? erasing.parts.hashes.Hash(*checked).blocks : std::vector<std::string>();
}

void AppendErased(store::Txn& txn, const ids::Uuid& id, const Erasing& erasing, const storage::Case& row) {
  common::v1::Change change;
  *change.mutable_change_time() = ToTimestamp(erasing.now);
  common::v1::PersonChange& detail = *change.mutable_person();
  detail.set_person_id(id.ToString());
  detail.set_type(common::v1::PersonChange::TYPE_ERASED);
  detail.set_organisation_id(erasing.eraser_id.ToString());
  detail.set_case_id(consents::IdOf(row.case_id()).ToString());
  detail.set_handler_organisation_id(consents::IdOf(row.handler_id()).ToString());
  txn.Append(store::Feed::kChanges, change.SerializeAsString());
}

}  // namespace

absl::StatusOr<storage::Erasure> Erase(store::Txn& txn, const Erasing& erasing, const storage::Case& row,
                                       std::vector<ids::Uuid>& told) {
  NWD_ASSIGN_OR_RETURN(const Family family, joins::FamilyOf(txn, erasing.person_id));
  // While they are still one person, and held.
  NWD_RETURN_IF_ERROR(TellAll(txn, erasing, family, told));
  NWD_RETURN_IF_ERROR(EndConsents(txn, erasing));
  NWD_RETURN_IF_ERROR(EndAuthorities(txn, erasing));
  NWD_RETURN_IF_ERROR(CloseEmergencies(txn, erasing));
  NWD_RETURN_IF_ERROR(CloseOtherCases(txn, erasing, row));

  storage::Erasure erasure;
  erasure.set_erase_time_us(Micros(erasing.now));
  erasure.set_eraser_id(std::string(erasing.eraser_id.bytes()));
  for (const ids::Uuid& id : family) {
    erasure.add_person_ids(std::string(id.bytes()));
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Person> person, people::Find(txn, id));
    NWD_RETURN_IF_ERROR(erasures::ForgetPerson(
        txn, id, person.has_value() ? BlocksOf(erasing, id, *person) : std::vector<std::string>()));
    AppendErased(txn, id, erasing, row);
  }
  erasures::Put(txn, consents::IdOf(row.case_id()), erasure);
  return erasure;
}

}  // namespace nwd::consent
