// AccessService's release of a referral's text to its receiver. Each release is a disclosure (of which the first under
// a basis is kept), so that a recipient who read the text and nothing of the record is listed, and told when the basis
// is withdrawn or objected to. The judgement and the disclosure are durable before anything is answered, as GetRecord's
// are.
#include "common/base/timestamps.h"
#include "common/store/proto_value.h"
#include "services/consent/access_service.h"
#include "services/consent/basis.h"
#include "services/consent/disclosure_rows.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"

namespace nwd::consent {
namespace {

storage::Disclosure DisclosureOf(const Cited& cited, const Question& question,
                                 const v1::ReleaseReferralTextRequest& request) {
  storage::Disclosure disclosure;
  Cite(cited, disclosure);
  disclosure.set_recipient_id(std::string(question.organisation_id.bytes()));
  disclosure.set_purpose(question.purpose);
  disclosures::AddSource(std::string(IdIn(request.source_organisation_id()).bytes()), 0, disclosure);
  disclosure.set_referral_id(std::string(IdIn(request.referral_id()).bytes()));
  return disclosure;
}

}  // namespace

async::Task<absl::StatusOr<v1::ReleaseReferralTextResponse>> AccessService::ReleaseReferralText(
    rpc::Call& call, const v1::ReleaseReferralTextRequest& request) {
  if (request.consent_id().empty() == request.authority_id().empty()) {
    co_return status::InvalidField("consent_id", "exactly one of consent_id and authority_id must be given");
  }
  NWD_CO_ASSIGN_OR_RETURN(const access::OrganisationPtr organisation,
                          co_await parts_.organisations.Find(request.organisation_id()));
  Asked asked;
  asked.person_id = IdIn(request.person_id());
  asked.cited = request.authority_id().empty() ? Cited{BasisKind::kConsent, IdIn(request.consent_id())}
                                               : Cited{BasisKind::kAuthority, IdIn(request.authority_id())};
  asked.question.organisation_id = IdIn(request.organisation_id());
  asked.question.kind = KindNow(organisation);
  asked.question.purpose = common::v1::PURPOSE_REFERRAL;
  // Which categories a consent for referral covers is the person's choice: any one will do.
  asked.question.categories = kAllCategories;
  asked.question.mode = v1::SHARING_MODE_VIEW;
  asked.question.prospective = true;
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await KeyOrNull(parts_, asked.person_id));

  auto body = [&](store::Txn& txn) { return ReleaseText(txn, call, asked, request, key); };
  const absl::StatusOr<CategoryMask> permitted = co_await parts_.store.Update(body, call.deadline());
  if (!permitted.ok()) co_return Corrupt(parts_, "a basis", permitted.status());
  NWD_CO_RETURN_IF_ERROR(Log(call, asked, *permitted, key));
  if (parts_.check_log.Closing()) NWD_CO_RETURN_IF_ERROR(co_await parts_.check_log.Flush());
  v1::ReleaseReferralTextResponse response;
  response.set_permitted(*permitted != 0);
  co_return response;
}

absl::StatusOr<CategoryMask> AccessService::ReleaseText(store::Txn& txn, const rpc::Call& call, const Asked& asked,
                                                        const v1::ReleaseReferralTextRequest& request,
                                                        const person_keys::PersonKey& key) const {
  const Question& question = asked.question;
  NWD_ASSIGN_OR_RETURN(const BasisPtr basis, FindBasis(txn, asked.cited));
  const ids::Uuid whose = basis != nullptr ? basis->person_id() : ids::Uuid();
  NWD_ASSIGN_OR_RETURN(const bool one, joins::AreOne(txn, asked.person_id, whose));
  if (basis == nullptr || !one || key == nullptr || !basis->IsRecipient(question.organisation_id)) {
    return CategoryMask{0};
  }
  NWD_ASSIGN_OR_RETURN(const Decision decision, basis->Judge(txn, question, call.Now()));
  if (decision.permitted == 0) return decision.permitted;

  const ids::Uuid referral_id = IdIn(request.referral_id());
  const std::string row = keys::Grant(asked.cited.id, question.organisation_id, referral_id);
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Grant> grant, store::Find<storage::Grant>(txn, row));
  if (grant.has_value() && grant->text_released()) return decision.permitted;
  if (!grant.has_value()) grant.emplace();
  grant->set_text_released(true);
  store::PutMessage(txn, row, *grant);
  basis->CountText(txn, question.organisation_id);
  const ids::Uuid disclosure_id = ids::Uuid::Random();
  storage::Deed deed = DeedOf(call);
  Cite(asked.cited, deed);
  deed.set_referral_id(std::string(referral_id.bytes()));
  deed.set_recipient_id(std::string(question.organisation_id.bytes()));
  deed.set_disclosure_id(std::string(disclosure_id.bytes()));
  deed.set_purpose(question.purpose);
  disclosures::Release release;
  release.whole = {disclosure_id, whose, Micros(call.Now()), DisclosureOf(asked.cited, question, request)};
  release.whole.disclosure.set_audit_entry(
      Record(parts_, txn, kReferralTextDisclosed, call.Now(), asked.person_id, key, deed));
  if (asked.person_id != whose) {
    release.parts.push_back(release.whole);
    release.parts.back().person_id = asked.person_id;
  }
  disclosures::Add(txn, release);
  return decision.permitted;
}

}  // namespace nwd::consent
