#include "services/consent/consent_service.h"

#include "absl/strings/escaping.h"
#include "common/base/strings.h"
#include "common/crypto/sha256.h"
#include "common/store/proto_value.h"
#include "services/consent/consent_refusals.h"
#include "services/consent/consent_rows.h"
#include "services/consent/consent_terms.h"
#include "services/consent/decide.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"
#include "services/consent/person_rows.h"
#include "services/consent/record_rows.h"
#include "services/consent/times.h"
#include "services/consent/withdrawal.h"

namespace nwd::consent {
namespace {

absl::Status WrongState(ConsentState state, ConsentEvent event) {
  return status::Error(absl::StatusCode::kFailedPrecondition, "WRONG_STATE",
                       Cat("the consent is ", StateName(state), "; ", EventName(event), " is not possible from there"),
                       {{"state", std::string(StateName(state))}, {"event", std::string(EventName(event))}});
}

// Refusals and consents of one person bear on each other: what was refused before closes what is given now, and what is
// refused now closes what was given before.
absl::Status SettleRefusals(store::Txn& txn, storage::Consent& decided) {
  if (decided.state() != v1::CONSENT_STATE_GIVEN && decided.state() != v1::CONSENT_STATE_REFUSED)
    return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(std::vector<storage::Consent> others,
                       consents::OfPerson(txn, consents::IdOf(decided.person_id())));
  for (storage::Consent& other : others) {
    if (other.consent_id() == decided.consent_id()) continue;
    if (decided.state() == v1::CONSENT_STATE_GIVEN) {
      ApplyRefusal(decided, other);
    } else if (!IsTerminal(other.state()) && ApplyRefusal(other, decided)) {
      other.set_revision(other.revision() + 1);
      consents::Put(txn, other);
    }
  }
  return absl::OkStatus();
}

// The consent that `given` renews or changes ends with it.
absl::Status Supersede(store::Txn& txn, const storage::Consent& given, absl::Time now) {
  if (given.supersedes_consent_id().empty()) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> old,
                       consents::Find(txn, consents::IdOf(given.supersedes_consent_id())));
  if (!old.has_value() || !Next(old->state(), ConsentEvent::kSupersede).has_value()) return absl::OkStatus();
  return EndConsent(txn, *old, ConsentEvent::kSupersede, v1::NOTICE_TYPE_UNSPECIFIED, now).status();
}

std::optional<ConsentEvent> EventOf(ConsentState decision) {
  switch (decision) {
    case v1::CONSENT_STATE_GIVEN:
      return ConsentEvent::kGive;
    case v1::CONSENT_STATE_REFUSED:
      return ConsentEvent::kRefuse;
    case v1::CONSENT_STATE_DEFERRED:
      return ConsentEvent::kDefer;
    default:
      return std::nullopt;
  }
}

storage::Deed DeedOn(const rpc::Call& call, const storage::Consent& consent) {
  storage::Deed deed = DeedOf(call);
  deed.set_consent_id(consent.consent_id());
  deed.set_state(consent.state());
  deed.set_revision(consent.revision());
  return deed;
}

template <class Response>
Response Stands(const storage::Consent& consent) {
  Response response;
  response.set_state(consent.state());
  response.set_etag(consents::EtagOf(consent));
  return response;
}

}  // namespace

void ConsentService::Register(rpc::Router& router) {
  router.Unary(this, &ConsentService::CreateText);
  router.Unary(this, &ConsentService::GetText);
  router.Unary(this, &ConsentService::CreateConsent);
  router.Unary(this, &ConsentService::RequestConsent);
  router.Unary(this, &ConsentService::RecordDecision);
  router.Unary(this, &ConsentService::CorroborateConsent);
  router.Unary(this, &ConsentService::WithdrawConsent);
  router.Unary(this, &ConsentService::GetConsent);
  router.Unary(this, &ConsentService::ListConsents);
}

async::Task<absl::StatusOr<v1::CreateTextResponse>> ConsentService::CreateText(rpc::Call& call,
                                                                               const v1::CreateTextRequest& request) {
  const crypto::Digest digest = crypto::Sha256(request.text());
  auto effect = [&](store::Txn& txn) -> absl::StatusOr<v1::CreateTextResponse> {
    const std::string key = keys::Text(crypto::View(digest));
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Text> kept, store::Find<storage::Text>(txn, key));
    if (!kept.has_value()) {
      storage::Text text;
      text.set_text(request.text());
      text.set_language(request.language());
      text.set_version(request.version());
      text.set_create_time_us(Micros(call.Now()));
      store::PutMessage(txn, key, text);
      parts_.audit.AppendPlain(txn, "text.created", call.Now(), DeedOf(call));
    }
    v1::CreateTextResponse response;
    response.set_text_sha256(std::string(absl::BytesToHexString(AbslView(crypto::View(digest)))));
    return response;
  };
  auto body = [&](store::Txn& txn) {
    auto once = [&] { return effect(txn); };
    return parts_.requests.Once<v1::CreateTextResponse>(txn, call, request, once);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

async::Task<absl::StatusOr<v1::GetTextResponse>> ConsentService::GetText(rpc::Call&,
                                                                         const v1::GetTextRequest& request) {
  const std::string sha256 = absl::HexStringToBytes(request.text_sha256());
  auto body = [&](const store::Reader& reader) { return store::Find<storage::Text>(reader, keys::Text(sha256)); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::Text> kept, co_await parts_.store.View(body));
  if (!kept.has_value()) {
    co_return status::Error(absl::StatusCode::kNotFound, "NO_SUCH_TEXT", "no text has this name; CreateText keeps one",
                            {{"text_sha256", request.text_sha256()}});
  }
  v1::GetTextResponse response;
  v1::ConsentText& text = *response.mutable_text();
  text.set_text_sha256(request.text_sha256());
  text.set_text(kept->text());
  text.set_language(kept->language());
  text.set_version(kept->version());
  MicrosToProto(kept->create_time_us(), text.mutable_create_time());
  co_return response;
}

async::Task<absl::StatusOr<v1::CreateConsentResponse>> ConsentService::CreateConsent(
    rpc::Call& call, const v1::CreateConsentRequest& request) {
  const ids::Uuid organisation = OrganisationOf(call);
  const ids::Uuid person_id = parts_.references.PersonOf(organisation, request.person_ref()).value_or(ids::Uuid());
  auto holds = [&](const store::Reader& reader) { return people::Holds(reader, person_id, organisation); };
  NWD_CO_ASSIGN_OR_RETURN(const bool held, co_await parts_.store.View(holds));
  if (!held) co_return status::Denied();
  call.ProveTie(common::v1::TIE_PERSON_HOLDER);

  const absl::Time now = call.Now();
  status::Violations violations;
  CheckTerms(request.terms(), now, violations);
  NWD_CO_RETURN_IF_ERROR(co_await CheckRecipients(request.terms(), violations));
  NWD_CO_RETURN_IF_ERROR(violations.ToStatus());
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await parts_.person_keys.Find(person_id));

  const ids::Uuid consent_id = ids::Uuid::Random();
  storage::Consent consent = FromTerms(request.terms());
  consent.set_consent_id(std::string(consent_id.bytes()));
  consent.set_person_id(std::string(person_id.bytes()));
  consent.set_captor_organisation_id(std::string(organisation.bytes()));
  consent.set_state(request.request() ? v1::CONSENT_STATE_REQUESTED : v1::CONSENT_STATE_DRAFT);
  consent.set_create_time_us(Micros(now));
  consent.set_revision(1);
  storage::Terms terms;
  *terms.mutable_terms() = request.terms();
  terms.set_practitioner(call.practitioner());
  const storage::SealedTerms sealed = consents::Seal(*key, consent_id, terms);

  auto effect = [&](store::Txn& txn) -> absl::StatusOr<v1::CreateConsentResponse> {
    NWD_RETURN_IF_ERROR(CheckCited(txn, request.terms(), person_id, organisation));
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Person> person, people::Find(txn, person_id));
    if (!person.has_value()) return status::Denied();
    if (person->consents() >= kConsentsPerPersonMax) {
      return status::Error(
          absl::StatusCode::kFailedPrecondition, "LIMIT_REACHED",
          Cat("this person has ", kConsentsPerPersonMax, " consents, the most that can be kept; none was added"),
          {{"limit", Cat(kConsentsPerPersonMax)}});
    }
    person->set_consents(person->consents() + 1);
    people::Put(txn, person_id, *person);
    consents::Add(txn, consent, sealed);
    AppendConsentChange(txn, consent, now);
    Record(parts_, txn, "consent.created", now, person_id, key, DeedOn(call, consent));
    v1::CreateConsentResponse response = Stands<v1::CreateConsentResponse>(consent);
    response.set_consent_id(consent_id.ToString());
    return response;
  };
  auto body = [&](store::Txn& txn) {
    auto once = [&] { return effect(txn); };
    return parts_.requests.Once<v1::CreateConsentResponse>(txn, call, request, once);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

async::Task<absl::StatusOr<v1::RequestConsentResponse>> ConsentService::RequestConsent(
    rpc::Call& call, const v1::RequestConsentRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const Named named, co_await Look(request.consent_id()));
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::RequestConsentResponse> {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> consent, consents::Find(txn, named.consent_id));
    if (!consent.has_value() || consent->captor_organisation_id() != OrganisationOf(call).bytes())
      return status::Denied();
    call.ProveTie(common::v1::TIE_CONSENT_CAPTOR);
    auto once = [&]() -> absl::StatusOr<v1::RequestConsentResponse> {
      NWD_RETURN_IF_ERROR(Decide(txn, call, named, *consent, ConsentEvent::kRequest, request.etag()));
      return Stands<v1::RequestConsentResponse>(*consent);
    };
    return parts_.requests.Once<v1::RequestConsentResponse>(txn, call, request, once);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

async::Task<absl::StatusOr<v1::RecordDecisionResponse>> ConsentService::RecordDecision(
    rpc::Call& call, const v1::RecordDecisionRequest& request) {
  const std::optional<ConsentEvent> event = EventOf(request.decision());
  if (!event.has_value()) co_return status::InvalidField("decision", "must be GIVEN, REFUSED or DEFERRED");
  NWD_CO_ASSIGN_OR_RETURN(const Named named, co_await Look(request.consent_id()));
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::RecordDecisionResponse> {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> consent, consents::Find(txn, named.consent_id));
    if (!consent.has_value() || consent->captor_organisation_id() != OrganisationOf(call).bytes())
      return status::Denied();
    call.ProveTie(common::v1::TIE_CONSENT_CAPTOR);
    auto once = [&]() -> absl::StatusOr<v1::RecordDecisionResponse> {
      NWD_RETURN_IF_ERROR(Decide(txn, call, named, *consent, *event, request.etag()));
      return Stands<v1::RecordDecisionResponse>(*consent);
    };
    return parts_.requests.Once<v1::RecordDecisionResponse>(txn, call, request, once);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

absl::Status ConsentService::Decide(store::Txn& txn, const rpc::Call& call, const Named& named,
                                    storage::Consent& consent, ConsentEvent event, std::string_view etag) const {
  const absl::Time now = call.Now();
  if (etag != consents::EtagOf(consent)) return status::StaleEtag("consent");
  const ConsentState state = StateAt(consent, now);
  const std::optional<ConsentState> next = Next(state, event);
  if (!next.has_value()) return WrongState(state, event);
  if (event == ConsentEvent::kGive && consent.authority_until_us() != 0 &&
      Micros(now) >= consent.authority_until_us()) {
    return status::Error(
        absl::StatusCode::kFailedPrecondition, "AUTHORITY_ENDED",
        "the authority of the person's representative has ended; nobody can agree on it for the person");
  }
  consent.set_state(*next);
  consent.set_revision(consent.revision() + 1);
  if (event != ConsentEvent::kRequest) consent.set_decide_time_us(Micros(now));
  if (IsTerminal(*next)) consent.set_end_time_us(Micros(now));
  NWD_RETURN_IF_ERROR(SettleRefusals(txn, consent));
  if (event == ConsentEvent::kGive) NWD_RETURN_IF_ERROR(Supersede(txn, consent, now));
  consents::Put(txn, consent);
  AppendConsentChange(txn, consent, now);
  Record(parts_, txn, "consent.decided", now, named.person_id, named.key, DeedOn(call, consent));
  return absl::OkStatus();
}

async::Task<absl::StatusOr<v1::CorroborateConsentResponse>> ConsentService::CorroborateConsent(
    rpc::Call& call, const v1::CorroborateConsentRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const Named named, co_await Look(request.consent_id()));
  const ids::Uuid organisation = OrganisationOf(call);
  const absl::Time now = call.Now();
  auto effect = [&](store::Txn& txn, storage::Consent& consent) -> absl::StatusOr<v1::CorroborateConsentResponse> {
    for (const std::string& already : consent.corroborator_ids()) {
      if (already == organisation.bytes()) return Stands<v1::CorroborateConsentResponse>(consent);
    }
    const ConsentState state = StateAt(consent, now);
    if (IsTerminal(state)) {
      return status::Error(absl::StatusCode::kFailedPrecondition, "WRONG_STATE",
                           Cat("the consent is ", StateName(state), "; there is nothing left to corroborate"),
                           {{"state", std::string(StateName(state))}});
    }
    consent.add_corroborator_ids(std::string(organisation.bytes()));
    consent.set_revision(consent.revision() + 1);
    consents::Put(txn, consent);
    Record(parts_, txn, "consent.corroborated", now, named.person_id, named.key, DeedOn(call, consent));
    return Stands<v1::CorroborateConsentResponse>(consent);
  };
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::CorroborateConsentResponse> {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> consent, consents::Find(txn, named.consent_id));
    if (!consent.has_value() || consent->captor_organisation_id() == organisation.bytes()) return status::Denied();
    NWD_ASSIGN_OR_RETURN(const bool source,
                         records::HasFrom(txn, named.person_id, consent->categories(), organisation));
    if (!source) return status::Denied();
    call.ProveTie(common::v1::TIE_DATA_SOURCE);
    auto once = [&] { return effect(txn, *consent); };
    return parts_.requests.Once<v1::CorroborateConsentResponse>(txn, call, request, once);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

async::Task<absl::StatusOr<v1::WithdrawConsentResponse>> ConsentService::WithdrawConsent(
    rpc::Call& call, const v1::WithdrawConsentRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const Named named, co_await Look(request.consent_id()));
  const absl::Time now = call.Now();
  bool withdrawn = false;
  auto effect = [&](store::Txn& txn, storage::Consent& consent) -> absl::StatusOr<v1::WithdrawConsentResponse> {
    // A person's no is never too late: what was withdrawn already stays so, and what has run out is withdrawn all the
    // same.
    if (consent.state() == v1::CONSENT_STATE_WITHDRAWN) return Stands<v1::WithdrawConsentResponse>(consent);
    if (!Next(consent.state(), ConsentEvent::kWithdraw).has_value())
      return WrongState(consent.state(), ConsentEvent::kWithdraw);
    NWD_ASSIGN_OR_RETURN(const int notices,
                         EndConsent(txn, consent, ConsentEvent::kWithdraw, v1::NOTICE_TYPE_WITHDRAWAL, now));
    Record(parts_, txn, "consent.withdrawn", now, named.person_id, named.key, DeedOn(call, consent));
    withdrawn = true;
    v1::WithdrawConsentResponse response = Stands<v1::WithdrawConsentResponse>(consent);
    response.set_notices(notices);
    return response;
  };
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::WithdrawConsentResponse> {
    withdrawn = false;
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> consent, consents::Find(txn, named.consent_id));
    if (!consent.has_value() || !IsParty(*consent, OrganisationOf(call))) return status::Denied();
    call.ProveTie(common::v1::TIE_CONSENT_PARTY);
    auto once = [&] { return effect(txn, *consent); };
    return parts_.requests.Once<v1::WithdrawConsentResponse>(txn, call, request, once);
  };
  absl::StatusOr<v1::WithdrawConsentResponse> response = co_await parts_.store.Update(body, call.deadline());
  if (response.ok() && withdrawn) {
    parts_.figures.withdrawals.Increment();
    parts_.figures.notices.Increment(response->notices());
  }
  co_return response;
}

async::Task<absl::StatusOr<v1::GetConsentResponse>> ConsentService::GetConsent(rpc::Call& call,
                                                                               const v1::GetConsentRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const Named named, co_await Look(request.consent_id()));
  const ids::Uuid organisation = OrganisationOf(call);
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::GetConsentResponse> {
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Consent> consent, consents::Find(reader, named.consent_id));
    if (!consent.has_value() || !IsParty(*consent, organisation) || named.key == nullptr) return status::Denied();
    call.ProveTie(common::v1::TIE_CONSENT_PARTY);
    NWD_ASSIGN_OR_RETURN(const storage::Terms terms, consents::ReadTerms(reader, *named.key, named.consent_id));
    v1::GetConsentResponse response;
    *response.mutable_consent() = consents::Show(
        *consent, terms, organisation, parts_.references.ReferenceOf(organisation, named.person_id), call.Now());
    return response;
  };
  absl::StatusOr<v1::GetConsentResponse> response = co_await parts_.store.View(body);
  if (!response.ok()) co_return Corrupt(parts_, "a consent", response.status());
  co_return response;
}

async::Task<absl::StatusOr<v1::ListConsentsResponse>> ConsentService::ListConsents(
    rpc::Call& call, const v1::ListConsentsRequest& request) {
  const ids::Uuid organisation = OrganisationOf(call);
  const ids::Uuid person_id = parts_.references.PersonOf(organisation, request.person_ref()).value_or(ids::Uuid());
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  std::string from;
  if (!request.page_token().empty()) {
    NWD_CO_ASSIGN_OR_RETURN(from, parts_.tokens.Open(scope, request.page_token()));
  }
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await KeyOrNull(parts_, person_id));
  const int page_size = tokens::PageSize(request.page_size());

  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::ListConsentsResponse> {
    NWD_ASSIGN_OR_RETURN(const bool held, people::Holds(reader, person_id, organisation));
    if (!held || key == nullptr) return status::Denied();
    call.ProveTie(common::v1::TIE_PERSON_HOLDER);
    v1::ListConsentsResponse response;
    absl::Status failed;
    NWD_RETURN_IF_ERROR(
        consents::Walk(reader, person_id, from, [&](const std::string& row, const storage::Consent& consent) {
          if (!IsParty(consent, organisation)) return store::Visit::kContinue;
          if (response.consents_size() == page_size) {
            response.set_next_page_token(parts_.tokens.Seal(scope, row));
            return store::Visit::kStop;
          }
          const absl::StatusOr<storage::Terms> terms =
              consents::ReadTerms(reader, *key, consents::IdOf(consent.consent_id()));
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

async::Task<absl::StatusOr<ConsentService::Named>> ConsentService::Look(const std::string& consent_id) {
  Named named;
  named.consent_id = IdIn(consent_id);
  auto body = [&](const store::Reader& reader) { return consents::Find(reader, named.consent_id); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::Consent> consent, co_await parts_.store.View(body));
  // Whose a consent is never changes, so what is learnt here holds in the transaction too.
  if (consent.has_value()) named.person_id = consents::IdOf(consent->person_id());
  NWD_CO_ASSIGN_OR_RETURN(named.key, co_await KeyOrNull(parts_, named.person_id));
  co_return named;
}

async::Task<absl::Status> ConsentService::CheckRecipients(const v1::ConsentTerms& terms,
                                                          status::Violations& violations) {
  int asked = 0;
  for (int i = 0; i < terms.recipient_organisation_ids_size(); ++i) {
    const std::string& id = terms.recipient_organisation_ids(i);
    access::OrganisationPtr organisation = parts_.organisations.Known(id);
    if (organisation == nullptr && asked < kOrganisationsAskedMax) {
      ++asked;
      NWD_CO_ASSIGN_OR_RETURN(organisation, co_await parts_.organisations.Find(id));
    }
    if (organisation == nullptr) {
      violations.Add(Cat("terms.recipient_organisation_ids[", i, "]"), "is no organisation of this hub");
    } else if (organisation->state == common::v1::ORGANISATION_STATE_LEFT) {
      violations.Add(Cat("terms.recipient_organisation_ids[", i, "]"), "has left the hub");
    }
  }
  co_return absl::OkStatus();
}

absl::Status ConsentService::CheckCited(const store::Reader& reader, const v1::ConsentTerms& terms,
                                        const ids::Uuid& person_id, const ids::Uuid& organisation) const {
  status::Violations violations;
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::Text> text,
                       store::Find<storage::Text>(reader, keys::Text(absl::HexStringToBytes(terms.text_sha256()))));
  if (!text.has_value()) violations.Add("terms.text_sha256", "no text has this name; CreateText keeps one");
  if (!terms.supersedes_consent_id().empty()) {
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Consent> old,
                         consents::Find(reader, IdIn(terms.supersedes_consent_id())));
    if (!old.has_value() || old->person_id() != person_id.bytes() || !IsParty(*old, organisation)) {
      violations.Add("terms.supersedes_consent_id", "is no consent of this person that you captured or are named in");
    }
  }
  return violations.ToStatus();
}

}  // namespace nwd::consent
