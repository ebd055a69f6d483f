#include "services/consent/settled_refusals.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/base/macros.h"
#include "services/consent/categories.h"
#include "services/consent/consent_refusals.h"
#include "services/consent/consent_rows.h"
#include "services/consent/consent_states.h"
#include "services/consent/decide.h"
#include "services/consent/disclosure_rows.h"
#include "services/consent/limits.h"
#include "services/consent/superseding.h"
#include "services/consent/telling.h"

namespace nwd::consent {
namespace {

// What is closed to a recipient since, of a consent that it may have read under.
struct Closed {
  ids::Uuid person_id;
  CategoryMask categories = 0;
  Touched touched;
};
using ClosedTo = std::map<std::pair<std::string, std::string>, Closed>;  // by consent and recipient, 16 raw bytes each

// Adds what more is closed than was before; of the consents that this one took the place of, back to the first, too.
absl::Status AddClosed(const store::Reader& reader, const storage::Consent& before, const storage::Consent& settled,
                       ClosedTo& closed) {
  for (int i = 0; i < settled.recipients_size(); ++i) {
    const storage::Recipient& recipient = settled.recipients(i);
    const CategoryMask more = recipient.refused_categories() & ~before.recipients(i).refused_categories();
    if (more == 0) continue;
    std::optional<storage::Consent> under = settled;
    while (under.has_value()) {
      const storage::Recipient* read = FindRecipient(*under, consents::IdOf(recipient.organisation_id()));
      if (read != nullptr && read->disclosures() > 0) {
        Closed& entry = closed[{under->consent_id(), recipient.organisation_id()}];
        entry.person_id = consents::IdOf(under->person_id());
        entry.categories |= more;
      }
      NWD_ASSIGN_OR_RETURN(under, Superseded(reader, *under));
    }
  }
  return absl::OkStatus();
}

// Tells those who read any of it. Goes once through the newest disclosures of each person.
absl::Status TellRefused(store::Txn& txn, ClosedTo closed, absl::Time now, std::vector<ids::Uuid>& told) {
  std::set<ids::Uuid> people;
  for (const auto& [key, entry] : closed) people.insert(entry.person_id);
  int budget = kDisclosuresLookedAtMax;
  for (const ids::Uuid& person : people) {
    NWD_RETURN_IF_ERROR(disclosures::WalkNewest(txn, person, budget, [&](const disclosures::Placed& placed) {
      const auto entry = closed.find({placed.disclosure.consent_id(), placed.disclosure.recipient_id()});
      if (entry == closed.end() || (placed.disclosure.categories() & entry->second.categories) == 0) return;
      entry->second.touched.Add(placed.disclosure_id);
    }));
  }
  for (const auto& [key, entry] : closed) {
    if (entry.touched.count == 0 && budget > 0) continue;  // not all was gone through: they may have been
    storage::Notice notice;
    notice.set_type(v1::NOTICE_TYPE_REFUSAL);
    notice.set_person_id(std::string(entry.person_id.bytes()));
    notice.set_consent_id(key.first);
    notice.set_categories(entry.categories);
    NWD_RETURN_IF_ERROR(Tell(txn, consents::IdOf(key.second), std::move(notice), entry.touched, now, told));
  }
  return absl::OkStatus();
}

// Of all consents of a person those that stand, but for the one that the caller keeps itself.
absl::Status SettleStanding(store::Txn& txn, const std::vector<storage::Consent>& all,
                            const std::string& kept_elsewhere, absl::Time now, std::vector<ids::Uuid>& told) {
  ClosedTo closed;
  for (const storage::Consent& consent : all) {
    if (!IsStoodBy(consent.state()) || consent.consent_id() == kept_elsewhere) continue;
    storage::Consent settled = consent;
    if (!ApplyRefusals(all, settled)) continue;
    settled.set_revision(settled.revision() + 1);
    consents::Put(txn, settled);
    // What time has ended was not taken from anybody by the refusal.
    if (IsStoodBy(StateAt(settled, now))) NWD_RETURN_IF_ERROR(AddClosed(txn, consent, settled, closed));
  }
  return TellRefused(txn, std::move(closed), now, told);
}

}  // namespace

absl::Status SettleDecision(store::Txn& txn, storage::Consent& decided, absl::Time now, std::vector<ids::Uuid>& told) {
  const bool given = decided.state() == v1::CONSENT_STATE_GIVEN;
  if (!given && decided.state() != v1::CONSENT_STATE_REFUSED) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(std::vector<storage::Consent> all, consents::OfPerson(txn, consents::IdOf(decided.person_id())));
  if (given) {
    ApplyRefusals(all, decided);
    return absl::OkStatus();
  }
  for (storage::Consent& consent : all) {
    if (consent.consent_id() == decided.consent_id()) consent = decided;
  }
  return SettleStanding(txn, all, decided.consent_id(), now, told);
}

absl::Status SettleFamily(store::Txn& txn, const ids::Uuid& person_id, absl::Time now, std::vector<ids::Uuid>& told) {
  NWD_ASSIGN_OR_RETURN(const std::vector<storage::Consent> all, consents::OfPerson(txn, person_id));
  return SettleStanding(txn, all, "", now, told);
}

}  // namespace nwd::consent
