#include "services/consent/receipts.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "common/base/timestamps.h"
#include "services/consent/consent_rows.h"
#include "services/consent/receipt_rows.h"
#include "services/consent/text_rows.h"

namespace nwd::consent {
namespace {

// What the consent is a consent to: the same in all its receipts.
receipt::Receipt Basis(const Parts& parts, const storage::Consent& consent, const v1::ConsentTerms& terms) {
  receipt::Receipt basis;
  basis.consent_id = consents::IdOf(consent.consent_id()).ToString();
  basis.captor = NamedInReceipt(parts, consents::IdOf(consent.captor_organisation_id()));
  for (const std::string& id : terms.recipient_organisation_ids()) {
    basis.recipients.push_back(NamedInReceipt(parts, IdIn(id)));
  }
  basis.purpose = terms.purpose();
  for (const v1::ConsentCategory& item : terms.categories()) basis.items.push_back({item.category(), item.necessity()});
  basis.mode = terms.mode();
  if (terms.has_valid_from()) basis.valid_from = FromTimestamp(terms.valid_from());
  basis.valid_until = FromTimestamp(terms.valid_until());
  basis.retention_days = terms.retention_days();
  basis.standing = terms.standing();
  basis.max_uses = terms.max_uses();
  basis.method = terms.method();
  basis.representative = terms.representative().kind();
  basis.language = terms.language();
  basis.text_sha256 = terms.text_sha256();
  basis.review_on = terms.review_on();
  basis.agreement_id = terms.agreement_id();
  basis.replaces_consent_id = terms.supersedes_consent_id();
  return basis;
}

}  // namespace

receipt::Organisation NamedInReceipt(const Parts& parts, const ids::Uuid& organisation_id) {
  std::string id = organisation_id.ToString();
  const access::OrganisationPtr organisation = parts.organisations.Known(id);
  return {std::move(id), organisation != nullptr ? organisation->slug : ""};
}

async::Task<absl::StatusOr<Draft>> DrawUpReceipt(const Parts& parts, const rpc::Call& call, const NamedConsent& named,
                                                 Occasion occasion) {
  if (named.person_id.is_nil() || named.key == nullptr) co_return Draft();
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<receipt::Receipt> {
    NWD_ASSIGN_OR_RETURN(const storage::Terms terms, consents::ReadTerms(reader, *named.key, named.consent_id));
    receipt::Receipt drawn = Basis(parts, named.seen, terms.terms());
    const ids::Uuid captor = consents::IdOf(named.seen.captor_organisation_id());
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Text> text,
                         texts::Find(reader, absl::HexStringToBytes(terms.terms().text_sha256()), captor));
    if (text.has_value()) drawn.text_version = text->version();
    return drawn;
  };
  absl::StatusOr<receipt::Receipt> drawn = co_await parts.store.View(body);
  if (!drawn.ok()) co_return Corrupt(parts, "a consent's terms", drawn.status());
  drawn->receipt_id = ids::Uuid::Random().ToString();
  drawn->time = FromMicros(Micros(call.Now()));
  drawn->event = std::string(EventName(occasion.event));
  drawn->state = StateAfter(occasion.event);
  drawn->by_person = occasion.by_person;
  drawn->recorded_by = NamedInReceipt(parts, OrganisationOf(call));
  if (!occasion.replaced_by.is_nil()) drawn->replaced_by_consent_id = occasion.replaced_by.ToString();
  co_return receipt::Write(*drawn);
}

async::Task<absl::StatusOr<Draft>> DrawUpIfReadable(const Parts& parts, const rpc::Call& call,
                                                    const NamedConsent& named, Occasion occasion) {
  absl::StatusOr<Draft> draft = co_await DrawUpReceipt(parts, call, named, occasion);
  if (absl::IsDataLoss(draft.status())) co_return Draft();
  co_return draft;
}

void KeepReceipt(store::Txn& txn, const NamedConsent& named, const storage::Consent& consent, const Draft& draft) {
  if (!draft.empty()) receipts::Put(txn, *named.key, consent, draft);
}

}  // namespace nwd::consent
