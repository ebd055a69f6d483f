#include "services/consent/access_service.h"

#include <algorithm>

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/store/proto_value.h"
#include "services/consent/consent_rows.h"
#include "services/consent/consent_states.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "services/consent/person_rows.h"
#include "services/consent/reasons.h"

namespace nwd::consent {
namespace {

// A decision, and what of it may be told.
struct Judged {
  Decision decision;
  v1::Obligations obligations;
  std::string basis_etag;         // empty where the caller may not know of the basis
  bool person_known = false;      // looked at only for those who are told, like what follows
  std::vector<ids::Uuid> family;  // all ids of the person, the one asked about first
  ids::Uuid as_recipient_holds;   // which of them the recipient knows the person by
};

// Judges the cited basis alone. Who is neither a party to it nor holds its person gets NO_BASIS, whatever is or is
// not there: the three reads below happen for every such caller. A reference that one of our services passes on must be
// of somebody whom its organisation, `held_by`, holds or acts for: a reference that was merely told makes nobody a
// holder.
absl::StatusOr<Judged> Judge(const store::Reader& reader, const Cited& cited, const ids::Uuid& person_id,
                             const std::optional<ties::Asker>& held_by, const Question& question, bool tell_person,
                             absl::Time now) {
  Judged judged;
  if (held_by.has_value()) {
    NWD_ASSIGN_OR_RETURN(const bool theirs, ties::HasPerson(reader, *held_by, person_id));
    if (!theirs) {
      judged.decision = NoBasis(question.categories);
      return judged;
    }
  }
  NWD_ASSIGN_OR_RETURN(const BasisPtr basis, FindBasis(reader, cited));
  bool about_them = basis != nullptr && basis->person_id() == person_id;
  bool may_know = about_them && basis->IsParty(question.organisation_id);
  if (!may_know) {
    NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, person_id));
    about_them = basis != nullptr && std::find(family.begin(), family.end(), basis->person_id()) != family.end();
    NWD_ASSIGN_OR_RETURN(const bool holds, people::Holds(reader, person_id, question.organisation_id));
    may_know = about_them && (holds || basis->IsParty(question.organisation_id));
  }
  judged.person_known = about_them;
  if (tell_person && !about_them) {
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Person> person, people::Find(reader, person_id));
    judged.person_known = person.has_value();
  }
  if (tell_person && judged.person_known) {
    NWD_ASSIGN_OR_RETURN(judged.family, joins::FamilyOf(reader, person_id));
    NWD_ASSIGN_OR_RETURN(judged.as_recipient_holds, joins::AsHeldBy(reader, judged.family, question.organisation_id));
  }
  if (!may_know) {
    judged.decision = NoBasis(question.categories);
    return judged;
  }
  NWD_ASSIGN_OR_RETURN(judged.decision, basis->Judge(reader, question, now));
  judged.basis_etag = basis->Etag();
  if (judged.decision.permitted != 0) judged.obligations = basis->ObligationsIn(question.mode, now);
  return judged;
}

v1::CheckAccessResponse Answer(const Question& question, const Judged& judged) {
  v1::CheckAccessResponse response;
  response.set_permitted(judged.decision.permitted == question.categories);
  ForEachCategory(judged.decision.permitted, [&](Category category) { response.add_permitted_categories(category); });
  TellDenied(judged.decision, question.categories, response);
  if (judged.decision.permitted != 0) *response.mutable_obligations() = judged.obligations;
  response.set_basis_etag(judged.basis_etag);
  return response;
}

// Agencies ask about themselves, by their own reference; our services name whom they ask for.
absl::Status CheckAsked(const rpc::Call& call, const v1::CheckAccessRequest& request) {
  status::Violations violations;
  if (request.person_ref().empty() == request.person_id().empty()) {
    violations.Add("person_ref", "exactly one of person_ref and person_id must be given");
  }
  CheckCited(CitedFieldsOf(request), violations);
  if (MaskOfAll(request.categories()) == 0) violations.Add("categories", "needs at least one category");
  if (call.caller().IsService()) {
    if (request.on_behalf_of().empty()) violations.Add("on_behalf_of", "is required of a service");
  } else {
    if (!request.person_id().empty()) violations.Add("person_id", "is for our own services; use your person_ref");
    if (request.prospective()) violations.Add("prospective", "is for our own services");
    if (!request.person_ref_of().empty())
      violations.Add("person_ref_of", "is for our own services; use your own person_ref");
    if (!request.on_behalf_of().empty() && request.on_behalf_of() != call.organisation_id()) {
      violations.Add("on_behalf_of", "is for our own services; an organisation asks about itself");
    }
  }
  return violations.ToStatus();
}

}  // namespace

void AccessService::Register(rpc::Router& router) {
  router.Unary(this, &AccessService::CheckAccess, CheckAsked);
  router.Unary(this, &AccessService::OpenReferralAccess);
  router.Unary(this, &AccessService::CloseReferralAccess);
  router.Unary(this, &AccessService::ReleaseReferralText);
}

async::Task<absl::StatusOr<v1::CheckAccessResponse>> AccessService::CheckAccess(rpc::Call& call,
                                                                                const v1::CheckAccessRequest& request) {
  call.ProveTie(common::v1::TIE_SELF);
  NWD_CO_RETURN_IF_ERROR(CheckAsked(call, request));
  access::OrganisationPtr organisation = call.caller().organisation;
  if (call.caller().IsService()) {
    NWD_CO_ASSIGN_OR_RETURN(organisation, co_await parts_.organisations.Find(request.on_behalf_of()));
  }
  const Asked asked = Read(call, request, organisation);
  const bool tell_person = call.caller().IsService();
  auto body = [&](const store::Reader& reader) {
    return Judge(reader, asked.cited, asked.person_id, asked.held_by, asked.question, tell_person, call.Now());
  };
  absl::StatusOr<Judged> judged = co_await parts_.store.View(body);
  if (!judged.ok()) co_return Corrupt(parts_, "a basis of access", judged.status());

  person_keys::PersonKey key = parts_.person_keys.Cached(asked.person_id);
  if (key == nullptr) {
    NWD_CO_ASSIGN_OR_RETURN(key, co_await KeyOrNull(parts_, asked.person_id));
  }
  NWD_CO_RETURN_IF_ERROR(Log(call, asked, judged->decision.permitted, key));
  if (parts_.check_log.Closing()) NWD_CO_RETURN_IF_ERROR(co_await parts_.check_log.Flush());
  v1::CheckAccessResponse response = Answer(asked.question, *judged);
  if (tell_person && judged->person_known) {
    response.set_person_id(asked.person_id.ToString());
    response.set_person_ref(parts_.references.ReferenceOf(asked.question.organisation_id, judged->as_recipient_holds));
    for (size_t i = 1; i < judged->family.size(); ++i) response.add_joined_person_ids(judged->family[i].ToString());
  }
  co_return response;
}

AccessService::Asked AccessService::Read(const rpc::Call& call, const v1::CheckAccessRequest& request,
                                         const access::OrganisationPtr& organisation) const {
  Asked asked;
  asked.cited = CitedIn(CitedFieldsOf(request));
  Question& question = asked.question;
  question.organisation_id = IdIn(call.caller().IsService() ? request.on_behalf_of() : call.organisation_id());
  question.kind = KindNow(organisation);
  question.purpose = request.purpose();
  question.categories = MaskOfAll(request.categories());
  question.mode = request.mode();
  question.prospective = request.prospective();
  question.safeguarding = IsSafeguardingNow(organisation);
  const ids::Uuid ref_of = request.person_ref_of().empty() ? question.organisation_id : IdIn(request.person_ref_of());
  asked.person_id = request.person_ref().empty()
                        ? IdIn(request.person_id())
                        : parts_.references.PersonOf(ref_of, request.person_ref()).value_or(ids::Uuid());
  if (call.caller().IsService() && !request.person_ref().empty()) {
    const bool itself = ref_of == question.organisation_id;
    asked.held_by = ties::AskerOf(ref_of, itself ? organisation : parts_.organisations.Known(ref_of.ToString()));
  }
  return asked;
}

absl::Status AccessService::Log(const rpc::Call& call, const Asked& asked, CategoryMask permitted,
                                const person_keys::PersonKey& key) const {
  storage::Deed deed = DeedOf(call);
  Cite(asked.cited, deed);
  if (call.caller().IsService()) deed.set_recipient_id(std::string(asked.question.organisation_id.bytes()));
  deed.set_purpose(asked.question.purpose);
  deed.set_mode(asked.question.mode);
  deed.set_categories_asked(asked.question.categories);
  deed.set_categories_permitted(permitted);
  deed.set_prospective(asked.question.prospective);
  NWD_RETURN_IF_ERROR(parts_.check_log.Add({"access.checked", call.Now(), asked.person_id, key, std::move(deed)}));
  (permitted == asked.question.categories ? parts_.figures.checks_permitted : parts_.figures.checks_denied).Increment();
  return absl::OkStatus();
}

async::Task<absl::StatusOr<v1::OpenReferralAccessResponse>> AccessService::OpenReferralAccess(
    rpc::Call& call, const v1::OpenReferralAccessRequest& request) {
  const ids::Uuid consent_id = IdIn(request.consent_id()), referral_id = IdIn(request.referral_id());
  const ids::Uuid organisation = IdIn(request.organisation_id()), person_id = IdIn(request.person_id());
  const absl::Time now = call.Now();
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await KeyOrNull(parts_, person_id));
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::OpenReferralAccessResponse> {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> consent, consents::Find(txn, consent_id));
    const ids::Uuid whose = consent.has_value() ? consents::IdOf(consent->person_id()) : ids::Uuid();
    NWD_ASSIGN_OR_RETURN(const bool one, joins::AreOne(txn, person_id, whose));
    storage::Recipient* recipient = consent.has_value() && one ? FindRecipient(*consent, organisation) : nullptr;
    if (recipient == nullptr) return status::Denied();
    const ConsentState state = StateAt(*consent, now);
    if (!IsStoodBy(state)) {
      return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kNotInForce,
                           Cat("the consent is ", StateName(state), "; no referral can rest on it"),
                           {{"state", std::string(StateName(state))}});
    }
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Grant> grant,
                         store::Find<storage::Grant>(txn, keys::Grant(consent_id, organisation, referral_id)));
    const grants::Effect effect = grants::Open(grant, request.sequence(), Micros(now));
    if (effect == grants::Effect::kLate) {
      return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kOvertaken,
                           "a later event of the referral has closed this access; only one after it can open it again",
                           {{"sequence", Cat(request.sequence())}});
    }
    grant->set_person_id(std::string(person_id.bytes()));
    Keep(txn, call, *consent, *recipient, referral_id, *grant, effect, key);
    return v1::OpenReferralAccessResponse();
  };
  auto opened = co_await parts_.store.Update(body, call.deadline());
  if (!opened.ok()) co_return Corrupt(parts_, "a consent", opened.status());
  co_return opened;
}

async::Task<absl::StatusOr<v1::CloseReferralAccessResponse>> AccessService::CloseReferralAccess(
    rpc::Call& call, const v1::CloseReferralAccessRequest& request) {
  const ids::Uuid consent_id = IdIn(request.consent_id()), referral_id = IdIn(request.referral_id());
  const ids::Uuid organisation = IdIn(request.organisation_id());
  auto look = [&](const store::Reader& reader) { return consents::Find(reader, consent_id); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::Consent> seen, co_await parts_.store.View(look));
  if (!seen.has_value()) co_return v1::CloseReferralAccessResponse();
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key,
                          co_await KeyOrNull(parts_, consents::IdOf(seen->person_id())));
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::CloseReferralAccessResponse> {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> consent, consents::Find(txn, consent_id));
    storage::Recipient* recipient = consent.has_value() ? FindRecipient(*consent, organisation) : nullptr;
    if (recipient == nullptr) return v1::CloseReferralAccessResponse();
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Grant> grant,
                         store::Find<storage::Grant>(txn, keys::Grant(consent_id, organisation, referral_id)));
    const grants::Effect effect = grants::Close(grant, request.sequence(), Micros(call.Now()));
    Keep(txn, call, *consent, *recipient, referral_id, *grant, effect, key);
    return v1::CloseReferralAccessResponse();
  };
  auto closed = co_await parts_.store.Update(body, call.deadline());
  if (!closed.ok()) co_return Corrupt(parts_, "a consent", closed.status());
  co_return closed;
}

void AccessService::Keep(store::Txn& txn, const rpc::Call& call, storage::Consent& consent,
                         storage::Recipient& recipient, const ids::Uuid& referral_id, const storage::Grant& grant,
                         grants::Effect effect, const person_keys::PersonKey& key) const {
  const ids::Uuid organisation = consents::IdOf(recipient.organisation_id());
  store::PutMessage(txn, keys::Grant(consents::IdOf(consent.consent_id()), organisation, referral_id), grant);
  if (effect == grants::Effect::kKept) return;
  const bool opened = effect == grants::Effect::kOpened;
  recipient.set_open_referrals(recipient.open_referrals() + (opened ? 1 : -1));
  consents::Put(txn, consent);
  storage::Deed deed = DeedOf(call);
  deed.set_consent_id(consent.consent_id());
  deed.set_referral_id(std::string(referral_id.bytes()));
  deed.set_recipient_id(recipient.organisation_id());
  deed.set_sequence(grant.sequence());
  Record(parts_, txn, opened ? "access.opened" : "access.closed", call.Now(), consents::IdOf(consent.person_id()), key,
         deed);
}

}  // namespace nwd::consent
