#include "services/consent/corroboration_service.h"

#include <utility>
#include <vector>

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "services/consent/authority_rows.h"
#include "services/consent/authority_states.h"
#include "services/consent/code_rows.h"
#include "services/consent/decide.h"
#include "services/consent/family_keys.h"
#include "services/consent/limits.h"
#include "services/consent/notice_rows.h"
#include "services/consent/reasons.h"
#include "services/consent/record_rows.h"

namespace nwd::consent {
namespace {

absl::Status NotOver(ConsentState state) {
  if (!IsTerminal(state)) return absl::OkStatus();
  return status::Error(
      absl::StatusCode::kFailedPrecondition, reasons::kWrongState,
      Cat("the consent is ", StateName(state), "; what is over cannot be corroborated: ask the person for a new one"),
      {{"state", std::string(StateName(state))}});
}

// The person confirms what they have agreed to, and only while they stand by it: a word or a code from before the yes
// would outlive their "not yet", and whoever captured the consent would say yes alone.
absl::Status CheckGiven(ConsentState state) {
  if (IsStoodBy(state)) return absl::OkStatus();
  NWD_RETURN_IF_ERROR(NotOver(state));
  return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kWrongState,
                       Cat("the consent is ", StateName(state),
                           "; the person confirms what is GIVEN or SUSPENDED: record their yes first"),
                       {{"state", std::string(StateName(state))}});
}

// What asks an organisation to send the code on.
storage::Notice ToSend(const storage::OneTimeCode& code, absl::Time now) {
  storage::Notice notice;
  notice.set_type(v1::NOTICE_TYPE_SEND_CODE);
  notice.set_person_id(code.person_id());
  notice.set_consent_id(code.object_id());
  notice.set_code_seed(code.seed());
  notice.set_create_time_us(Micros(now));
  notice.set_due_time_us(code.expire_time_us());
  return notice;
}

// Whether a code can be asked for: it would confirm something.
absl::Status CheckAsked(const storage::Consent& consent, absl::Time now) {
  NWD_RETURN_IF_ERROR(CheckGiven(StateAt(consent, now)));
  if (consent.corroborated_by_person()) {
    return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kWrongState,
                         "the person has confirmed the consent already; it needs no code");
  }
  if (FindRecipient(consent, consents::IdOf(consent.captor_organisation_id())) == nullptr) {
    return status::InvalidField("consent_id",
                                "names a consent that does not have you as a recipient: it needs no code");
  }
  return absl::OkStatus();
}

// Whoever said that contacting the person may put them in danger is believed, whatever they said it of: in any consent
// or authority of the person, under whichever of their ids, that is not over.
absl::StatusOr<bool> MayEndanger(const store::Reader& reader, const ids::Uuid& person_id, absl::Time now) {
  bool flagged = false;
  const auto stop_if_flagged = [&](bool flag) {
    flagged = flag;
    return flag ? store::Visit::kStop : store::Visit::kContinue;
  };
  NWD_RETURN_IF_ERROR(consents::Walk(reader, person_id, "", [&](const std::string&, const storage::Consent& consent) {
    return stop_if_flagged(consent.do_not_contact() && !IsTerminal(StateAt(consent, now)));
  }));
  if (flagged) return true;
  NWD_RETURN_IF_ERROR(
      authorities::Walk(reader, person_id, "", [&](const std::string&, const storage::Authority& authority) {
        return stop_if_flagged(authority.do_not_contact() && !IsOver(StateAt(authority, now)));
      }));
  return flagged;
}

bool Reaches(const v1::ContactSection& contact) {
  return !contact.phone().empty() || !contact.email().empty() || !contact.address().empty();
}

}  // namespace

void CorroborationService::Register(rpc::Router& router) {
  router.Unary(this, &CorroborationService::CorroborateConsent);
  router.Unary(this, &CorroborationService::RequestCorroborationCode);
}

async::Task<absl::StatusOr<v1::CorroborateConsentResponse>> CorroborationService::CorroborateConsent(
    rpc::Call& call, const v1::CorroborateConsentRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const NamedConsent named, co_await LookUp(parts_, request.consent_id()));
  const ties::Asker asker = ties::AskerOf(call);
  // A refusal has effects of its own, so its body answers OK with nothing.
  auto body = [&](store::Txn& txn) -> absl::StatusOr<std::optional<v1::CorroborateConsentResponse>> {
    bool refused = false;
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> consent, consents::Find(txn, named.consent_id));
    NWD_ASSIGN_OR_RETURN(const Vouched vouched, Read(txn, asker, named, consent, request.code()));
    if (vouched.word == Word::kNobodys) return status::Denied();
    call.ProveTie(common::v1::TIE_DATA_SOURCE);
    if (!request.code().empty() && vouched.word != Word::kPersonsCode) {
      return status::InvalidField("code", "is told to the organisation that captured the consent; you need none");
    }
    auto once = [&]() -> absl::StatusOr<v1::CorroborateConsentResponse> {
      NWD_RETURN_IF_ERROR(Corroborate(txn, call, named, vouched, request.code(), *consent, refused));
      return Stands<v1::CorroborateConsentResponse>(*consent);
    };
    absl::StatusOr<v1::CorroborateConsentResponse> stands =
        parts_.requests.Once<v1::CorroborateConsentResponse>(txn, call, request, once);
    if (stands.ok()) return std::make_optional(*std::move(stands));
    if (!refused) return stands.status();
    NWD_RETURN_IF_ERROR(Refuse(txn, call, named));
    return std::optional<v1::CorroborateConsentResponse>();
  };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<v1::CorroborateConsentResponse> stands,
                          co_await parts_.store.Update(body, call.deadline()));
  if (!stands.has_value()) {
    parts_.figures.codes_refused.Increment();
    co_return status::Denied();
  }
  co_return *stands;
}

absl::StatusOr<CorroborationService::Vouched> CorroborationService::Read(const store::Reader& reader,
                                                                         const ties::Asker& asker,
                                                                         const NamedConsent& named,
                                                                         const std::optional<storage::Consent>& consent,
                                                                         const std::string& code) const {
  Vouched vouched;
  if (asker.is_channel) {
    NWD_ASSIGN_OR_RETURN(const bool theirs, ties::Has(reader, asker, common::v1::TIE_CONSENT_CAPTOR, consent));
    if (theirs) vouched.word = Word::kPersons;
    return vouched;
  }
  NWD_ASSIGN_OR_RETURN(vouched.put_in, records::From(reader, named.person_id, kAllCategories, asker.organisation_id));
  NWD_ASSIGN_OR_RETURN(const bool captor, ties::Has(reader, asker, common::v1::TIE_CONSENT_CAPTOR, consent));
  if (captor) {
    if (!code.empty()) vouched.word = Word::kPersonsCode;
  } else if (consent.has_value()) {
    vouched.put_in &= consent->categories();
    if (vouched.put_in != 0) vouched.word = Word::kSources;
  }
  return vouched;
}

absl::Status CorroborationService::Corroborate(store::Txn& txn, const rpc::Call& call, const NamedConsent& named,
                                               const Vouched& vouched, const std::string& code,
                                               storage::Consent& consent, bool& refused) const {
  const ties::Asker asker = ties::AskerOf(call);
  const bool source = vouched.word == Word::kSources;
  if (source && HasVouched(consent, asker.organisation_id, vouched.put_in)) return absl::OkStatus();
  if (vouched.word == Word::kPersons && consent.corroborated_by_person()) return absl::OkStatus();
  const ConsentState state = StateAt(consent, call.Now());
  NWD_RETURN_IF_ERROR(source ? NotOver(state) : CheckGiven(state));
  if (vouched.word == Word::kPersons) {
    NWD_ASSIGN_OR_RETURN(const bool confirms, ties::Confirms(txn, asker, consent));
    if (!confirms) {
      return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kEnrolledByCaptor,
                           "the organisation that captured the consent enrolled the person with you; a code that "
                           "reaches them through another confirms it, or a channel with which it never enrolled them");
    }
  }
  if (vouched.word == Word::kPersonsCode) {
    NWD_ASSIGN_OR_RETURN(const bool used, Use(txn, named.consent_id, code, call.Now()));
    refused = !used;
    if (refused) return status::Denied();
  }
  if (source) {
    if (!HasVouched(consent, asker.organisation_id, 0)) {
      consent.add_corroborator_ids(std::string(asker.organisation_id.bytes()));
    }
    consent.set_corroborated_categories(consent.corroborated_categories() | vouched.put_in);
  } else {
    consent.set_corroborated_by_person(true);
  }
  consent.set_revision(consent.revision() + 1);
  consents::Put(txn, consent);
  Record(parts_, txn, "consent.corroborated", call.Now(), named.person_id, named.key, DeedOn(call, consent));
  return absl::OkStatus();
}

absl::StatusOr<bool> CorroborationService::Use(store::Txn& txn, const ids::Uuid& consent_id, const std::string& code,
                                               absl::Time now) const {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::OneTimeCode> row, codes::OfConsent(txn, consent_id));
  if (!codes::Serves(row, now) || !parts_.codes.Matches(row->seed(), code)) return false;
  row->clear_seed();
  codes::PutOfConsent(txn, *row);
  return true;
}

absl::Status CorroborationService::Refuse(store::Txn& txn, const rpc::Call& call, const NamedConsent& named) const {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::OneTimeCode> row, codes::OfConsent(txn, named.consent_id));
  if (codes::Serves(row, call.Now())) {
    row->set_refused(row->refused() + 1);
    codes::PutOfConsent(txn, *row);
  }
  Record(parts_, txn, "consent.code-refused", call.Now(), named.person_id, named.key, DeedOn(call, named.seen));
  return absl::OkStatus();
}

async::Task<absl::StatusOr<v1::RequestCorroborationCodeResponse>> CorroborationService::RequestCorroborationCode(
    rpc::Call& call, const v1::RequestCorroborationCodeRequest& request) {
  constexpr auto kTie = common::v1::TIE_CONSENT_CAPTOR;
  NWD_CO_ASSIGN_OR_RETURN(const NamedConsent named, co_await LookUp(parts_, call, request.consent_id(), kTie));
  NWD_CO_ASSIGN_OR_RETURN(const ids::Uuid sender, co_await WhoReaches(named));
  const absl::Time now = call.Now();
  const std::string seed = OneTimeCodes::NewSeed();
  bool reached = false;
  auto effect = [&](store::Txn& txn,
                    const storage::Consent& consent) -> absl::StatusOr<v1::RequestCorroborationCodeResponse> {
    NWD_RETURN_IF_ERROR(CheckAsked(consent, now));
    NWD_ASSIGN_OR_RETURN(const bool may_endanger, MayEndanger(txn, named.person_id, now));
    // Whether anybody can be asked is not answered: it would tell which organisations know the person.
    reached = !may_endanger && !sender.is_nil();
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::OneTimeCode> before, codes::OfConsent(txn, named.consent_id));
    const int made = before.has_value() ? before->made() : 0;
    if (made >= kCorroborationCodesMax) {
      return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kLimitReached,
                           Cat(kCorroborationCodesMax, " codes were asked for on this consent, the most there can be"),
                           {{"limit", Cat(kCorroborationCodesMax)}});
    }
    storage::OneTimeCode code;
    code.set_seed(seed);
    code.set_expire_time_us(Micros(now + kCorroborationCodeKept));
    code.set_person_id(consent.person_id());
    code.set_object_id(consent.consent_id());
    code.set_organisation_id(consent.captor_organisation_id());
    code.set_made(made + 1);
    codes::PutOfConsent(txn, code);
    if (reached) NWD_RETURN_IF_ERROR(notices::Add(txn, sender, ToSend(code, now)));
    storage::Deed deed = DeedOn(call, consent);
    if (reached) deed.set_recipient_id(std::string(sender.bytes()));
    Record(parts_, txn, "consent.code-asked", now, named.person_id, named.key, deed);
    v1::RequestCorroborationCodeResponse response;
    *response.mutable_expire_time() = MicrosToTimestamp(code.expire_time_us());
    return response;
  };
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::RequestCorroborationCodeResponse> {
    reached = false;
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Consent> consent, consents::Find(txn, named.consent_id));
    NWD_RETURN_IF_ERROR(ties::Prove(txn, call, kTie, consent));
    auto once = [&] { return effect(txn, *consent); };
    return parts_.requests.Once<v1::RequestCorroborationCodeResponse>(txn, call, request, once);
  };
  auto response = co_await parts_.store.Update(body, call.deadline());
  if (response.ok() && reached) RingBells(parts_, {sender});
  co_return response;
}

async::Task<absl::StatusOr<ids::Uuid>> CorroborationService::WhoReaches(const NamedConsent& named) const {
  ids::Uuid sender;
  auto look = [&](const store::Reader& reader) {
    return records::OfPerson(reader, named.person_id, MaskOf(common::v1::CATEGORY_CONTACT));
  };
  NWD_CO_ASSIGN_OR_RETURN(const std::vector<records::Entry> entries, co_await parts_.store.View(look));
  NWD_CO_ASSIGN_OR_RETURN(const FamilyKeys keys, co_await KeysOfFamily(parts_, named.person_id));
  int64_t newest_us = 0;
  for (const records::Entry& entry : entries) {
    const access::OrganisationPtr source = parts_.organisations.Known(entry.name.source_id.ToString());
    const auto key = keys.find(entry.name.person_id);
    if (!IsActive(source) || key == keys.end() || IsParty(named.seen, entry.name.source_id)) continue;
    const absl::StatusOr<v1::RecordEntry> shown = records::Show(*key->second, entry);
    if (!shown.ok()) co_return Corrupt(parts_, "a section of a record", shown.status());
    if (!Reaches(shown->section().contact()) || entry.version.create_time_us() < newest_us) continue;
    newest_us = entry.version.create_time_us();
    sender = entry.name.source_id;
  }
  co_return sender;
}

}  // namespace nwd::consent
