#include "services/consent/consent_service.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/store/proto_value.h"
#include "common/tokens/page.h"
#include "services/consent/consent_states.h"
#include "services/consent/consent_terms.h"
#include "services/consent/decide.h"
#include "services/consent/family_keys.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "services/consent/person_rows.h"
#include "services/consent/record_rows.h"
#include "services/consent/superseding.h"
#include "services/consent/terms_at_hub.h"
#include "services/consent/text_rows.h"
#include "services/consent/ties.h"

namespace nwd::consent {
namespace {

// Why a consent may be read.
enum class Concern { kNone, kParty, kVoucher };

// It captured the consent, is named in it, or is a channel of its person; or it is asked to vouch for it: a consent that
// its own recipient captured opens what others put in once they corroborate it, and nobody can vouch for what they may
// not read. That ends when they have vouched for all they put in, when the person has, and with the consent; a draft is
// nobody's business yet. For whoever is no party the same rows are read, whether or not there is such a consent.
absl::StatusOr<Concern> ConcernOf(const store::Reader& reader, const std::optional<storage::Consent>& consent,
                                  const ties::Asker& asker, absl::Time now) {
  NWD_ASSIGN_OR_RETURN(const bool party, ties::Has(reader, asker, common::v1::TIE_CONSENT_PARTY, consent));
  if (party || asker.is_channel) return party ? Concern::kParty : Concern::kNone;
  const ids::Uuid& organisation = asker.organisation_id;
  const ids::Uuid person_id = consent.has_value() ? consents::IdOf(consent->person_id()) : ids::Uuid();
  NWD_ASSIGN_OR_RETURN(const CategoryMask put_in, records::From(reader, person_id, kAllCategories, organisation));
  if (!consent.has_value()) return Concern::kNone;
  const CategoryMask theirs = put_in & consent->categories();
  const ConsentState state = StateAt(*consent, now);
  const bool self_captured = FindRecipient(*consent, consents::IdOf(consent->captor_organisation_id())) != nullptr;
  const bool to_vouch =
      theirs != 0 && !consent->corroborated_by_person() && !HasVouched(*consent, organisation, theirs);
  const bool open = !IsTerminal(state) && state != v1::CONSENT_STATE_DRAFT;
  return self_captured && to_vouch && open ? Concern::kVoucher : Concern::kNone;
}

}  // namespace

void ConsentService::Register(rpc::Router& router) {
  router.Unary(this, &ConsentService::CreateConsent,
               [](const rpc::Call& call, const v1::CreateConsentRequest& request) {
                 status::Violations violations;
                 CheckTerms(request.terms(), call.Now(), violations);
                 return violations.ToStatus();
               });
  router.Unary(this, &ConsentService::GetConsent);
  router.Unary(this, &ConsentService::ListConsents);
}

async::Task<absl::StatusOr<v1::CreateConsentResponse>> ConsentService::CreateConsent(
    rpc::Call& call, const v1::CreateConsentRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const HeldWithKey person, co_await LookUpHeld(parts_, call, request.person_ref()));

  status::Violations violations;
  CheckTerms(request.terms(), call.Now(), violations);
  NWD_CO_RETURN_IF_ERROR(co_await CheckAtHub(parts_, request.terms(), OrganisationOf(call), call.Now(), violations));
  // What the body finds fault with, so that all is said at once.
  const auto cited = [&](const store::Reader& reader) {
    return CheckCited(reader, request.terms(), person.person_id, OrganisationOf(call));
  };
  const absl::Status well_cited = co_await parts_.store.View(cited);
  if (!well_cited.ok() && !absl::IsInvalidArgument(well_cited)) co_return well_cited;
  violations.AddNew(well_cited);
  NWD_CO_RETURN_IF_ERROR(violations.ToStatus());

  const Drawn drawn = DrawUp(call, request, person);
  auto body = [&](store::Txn& txn) {
    auto once = [&] { return Add(txn, call, request.terms(), drawn); };
    return parts_.requests.Once<v1::CreateConsentResponse>(txn, call, request, once);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

ConsentService::Drawn ConsentService::DrawUp(const rpc::Call& call, const v1::CreateConsentRequest& request,
                                             const HeldWithKey& person) {
  const ids::Uuid consent_id = ids::Uuid::Random();
  Drawn drawn{person, FromTerms(request.terms()), {}};
  drawn.consent.set_consent_id(std::string(consent_id.bytes()));
  drawn.consent.set_person_id(std::string(person.person_id.bytes()));
  drawn.consent.set_captor_organisation_id(std::string(OrganisationOf(call).bytes()));
  drawn.consent.set_state(request.request() ? v1::CONSENT_STATE_REQUESTED : v1::CONSENT_STATE_DRAFT);
  drawn.consent.set_create_time_us(Micros(call.Now()));
  drawn.consent.set_revision(1);
  storage::Terms terms;
  *terms.mutable_terms() = request.terms();
  terms.set_practitioner(call.practitioner());
  drawn.terms = consents::Seal(*person.key, consent_id, terms);
  return drawn;
}

absl::StatusOr<v1::CreateConsentResponse> ConsentService::Add(store::Txn& txn, const rpc::Call& call,
                                                              const v1::ConsentTerms& terms, const Drawn& drawn) const {
  NWD_RETURN_IF_ERROR(CheckCited(txn, terms, drawn.person.person_id, OrganisationOf(call)));
  NWD_RETURN_IF_ERROR(CheckPlaceIsFree(txn, drawn.consent));
  NWD_RETURN_IF_ERROR(people::CountConsent(txn, drawn.person.person_id, OrganisationOf(call)));
  consents::Add(txn, drawn.consent, drawn.terms);
  AppendConsentChange(txn, drawn.consent, call.Now());
  storage::Deed deed = DeedOn(call, drawn.consent);
  deed.set_agreement_id(drawn.consent.agreement_id());
  Record(parts_, txn, "consent.created", call.Now(), drawn.person.person_id, drawn.person.key, deed);
  v1::CreateConsentResponse response = Stands<v1::CreateConsentResponse>(drawn.consent);
  response.set_consent_id(consents::IdOf(drawn.consent.consent_id()).ToString());
  return response;
}

async::Task<absl::StatusOr<v1::GetConsentResponse>> ConsentService::GetConsent(rpc::Call& call,
                                                                               const v1::GetConsentRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const NamedConsent named, co_await LookUp(parts_, request.consent_id()));
  const ids::Uuid organisation = OrganisationOf(call);
  Concern concern = Concern::kNone;
  auto show = [&](const store::Reader& reader) -> absl::StatusOr<v1::GetConsentResponse> {
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Consent> consent, consents::Find(reader, named.consent_id));
    NWD_ASSIGN_OR_RETURN(concern, ConcernOf(reader, consent, ties::AskerOf(call), call.Now()));
    if (concern == Concern::kNone || named.key == nullptr) return status::Denied();
    call.ProveTie(common::v1::TIE_CONSENT_CONCERNED);
    NWD_ASSIGN_OR_RETURN(const storage::Terms terms, consents::ReadTerms(reader, *named.key, named.consent_id));
    v1::GetConsentResponse response;
    NWD_ASSIGN_OR_RETURN(const ids::Uuid as_held, joins::AsHeldBy(reader, named.person_id, organisation));
    *response.mutable_consent() =
        consents::Show(*consent, terms, organisation, parts_.references.ReferenceOf(organisation, as_held), call.Now());
    return response;
  };
  absl::StatusOr<v1::GetConsentResponse> response = co_await parts_.store.View(show);
  if (response.ok() && concern == Concern::kVoucher) {  // no party: that it read is kept before it is answered
    auto show_and_record = [&](store::Txn& txn) -> absl::StatusOr<v1::GetConsentResponse> {
      NWD_ASSIGN_OR_RETURN(v1::GetConsentResponse shown, show(txn));
      storage::Deed deed = DeedOf(call);
      deed.set_consent_id(std::string(named.consent_id.bytes()));
      Record(parts_, txn, "consent.read-to-vouch", call.Now(), named.person_id, named.key, deed);
      return shown;
    };
    response = co_await parts_.store.Update(show_and_record, call.deadline());
  }
  if (!response.ok()) co_return Corrupt(parts_, "a consent", response.status());
  co_return response;
}

async::Task<absl::StatusOr<v1::ListConsentsResponse>> ConsentService::ListConsents(
    rpc::Call& call, const v1::ListConsentsRequest& request) {
  const ids::Uuid organisation = OrganisationOf(call);
  const ids::Uuid person_id = parts_.references.PersonOf(organisation, request.person_ref()).value_or(ids::Uuid());
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string from, tokens::PageStart(parts_.tokens, scope, request));
  NWD_CO_ASSIGN_OR_RETURN(const FamilyKeys family_keys, co_await KeysOfFamily(parts_, person_id));
  const int page_size = tokens::PageSize(request.page_size());

  const bool all = ties::AskerOf(call).is_channel;  // the person sees everything about them
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::ListConsentsResponse> {
    NWD_RETURN_IF_ERROR(HeldPerson(parts_, reader, call, request.person_ref()).status());
    if (!family_keys.contains(person_id)) return status::Denied();
    v1::ListConsentsResponse response;
    absl::Status failed;
    NWD_RETURN_IF_ERROR(
        consents::Walk(reader, person_id, from, [&](const std::string& place, const storage::Consent& consent) {
          const auto key = family_keys.find(consents::IdOf(consent.person_id()));
          const bool concerned = all || IsParty(consent, organisation);
          if (key == family_keys.end() || !concerned) return store::Visit::kContinue;
          if (response.consents_size() == page_size) {
            response.set_next_page_token(parts_.tokens.Seal(scope, place));
            return store::Visit::kStop;
          }
          const absl::StatusOr<storage::Terms> terms =
              consents::ReadTerms(reader, *key->second, consents::IdOf(consent.consent_id()));
          if (!terms.ok()) {
            failed = terms.status();
            return store::Visit::kStop;
          }
          *response.add_consents() = consents::Show(consent, *terms, organisation, request.person_ref(), call.Now());
          return store::Visit::kContinue;
        }));
    NWD_RETURN_IF_ERROR(failed);
    return response;
  };
  absl::StatusOr<v1::ListConsentsResponse> response = co_await parts_.store.View(body);
  if (!response.ok()) co_return Corrupt(parts_, "a person's consents", response.status());
  co_return response;
}

absl::Status ConsentService::CheckCited(const store::Reader& reader, const v1::ConsentTerms& terms,
                                        const ids::Uuid& person_id, const ids::Uuid& organisation) const {
  status::Violations violations;
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::Text> text,
                       texts::Find(reader, absl::HexStringToBytes(terms.text_sha256()), organisation));
  if (!text.has_value()) {
    violations.Add("terms.text_sha256", "you keep no text of this name; CreateText keeps one");
  } else if (!absl::EqualsIgnoreCase(AbslView(text->language()), AbslView(terms.language()))) {
    violations.Add("terms.language", Cat("is not that of the text, which is ", text->language(),
                                         "; cite the translation that was shown, see GetText"));
  }
  if (!terms.supersedes_consent_id().empty()) {
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Consent> old,
                         consents::Find(reader, IdIn(terms.supersedes_consent_id())));
    // Whoever is merely named in a consent may record that the person withdraws it, but not put another in its place or
    // lift what was refused in it.
    const ids::Uuid whose = old.has_value() ? consents::IdOf(old->person_id()) : ids::Uuid();
    NWD_ASSIGN_OR_RETURN(const bool one, joins::AreOne(reader, person_id, whose));
    if (!old.has_value() || !one || old->captor_organisation_id() != organisation.bytes()) {
      violations.Add("terms.supersedes_consent_id", "is no consent of this person that you captured");
    }
  }
  return violations.ToStatus();
}

}  // namespace nwd::consent
