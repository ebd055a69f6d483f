#include "common/receipt/notice_answer.h"

#include <utility>

#include "common/base/strings.h"
#include "common/receipt/json.h"
#include "common/receipt/lines.h"
#include "common/receipt/terms.h"

namespace nwd::receipt {
namespace {

constexpr char kSchema[] = "urn:nwd:schema:notice-answer:1";

// What the notice rested on, by the name of its kind.
constexpr std::string_view kConsent = "consent", kAuthority = "authority", kEmergencyAccess = "emergency-access";

// Null where it rested on none.
Json BasisOf(const NoticeAnswer& answer) {
  const auto basis = [](std::string_view kind, const std::string& id) {
    return Json{{"@id", Urn(id)}, {"nwd:kind", kind}};
  };
  if (!answer.consent_id.empty()) return basis(kConsent, answer.consent_id);
  if (!answer.authority_id.empty()) return basis(kAuthority, answer.authority_id);
  if (!answer.emergency_access_id.empty()) return basis(kEmergencyAccess, answer.emergency_access_id);
  return nullptr;
}

void ReadBasis(const Reader& basis, NoticeAnswer& answer) {
  const std::string kind = basis.Of("nwd:kind").String(), id = basis.Of("@id").String(kUuidUrn);
  if (kind == kConsent) {
    answer.consent_id = id;
  } else if (kind == kAuthority) {
    answer.authority_id = id;
  } else {
    basis.Check(kind == kEmergencyAccess);
    answer.emergency_access_id = id;
  }
}

}  // namespace

std::string Write(const NoticeAnswer& answer) {
  Json recipient = {{"@id", Urn(answer.recipient.organisation_id)}, {"@type", {"dpv:Organisation", "dpv:Recipient"}}};
  if (!answer.recipient.slug.empty()) recipient["dpv:hasName"] = answer.recipient.slug;
  Json json = {{"@context", {{"dpv", kDpvNamespace}, {"dct", kDctNamespace}, {"nwd", kOwnNamespace}}},
               {"@id", Urn(answer.receipt_id)},
               {"@type", "nwd:NoticeAnswerReceipt"},
               {"dct:identifier", answer.receipt_id},
               {"dct:conformsTo", kSchema},
               {"dct:created", Text(answer.time)},
               {"nwd:notice",
                {{"@id", Urn(answer.notice_id)},
                 {"nwd:type", WordOf(answer.type)},
                 {"nwd:disclosures", answer.disclosures},
                 {"dct:issued", Text(answer.sent)},
                 {"nwd:due", Text(answer.due)}}},
               {"dpv:hasRecipient", recipient},
               {"nwd:answer", WordOf(answer.answer)}};
  Json basis = BasisOf(answer);
  if (!basis.is_null()) json["nwd:notice"]["nwd:basis"] = std::move(basis);
  if (!answer.retained_basis.empty()) json["dpv:hasLegalBasis"] = answer.retained_basis;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<NoticeAnswer> ReadNoticeAnswer(std::string_view bytes) {
  const Json json = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  NoticeAnswer answer;
  const Reader root(json);
  root.Check(root.Of("dct:conformsTo").String() == kSchema);
  answer.receipt_id = root.Of("dct:identifier").String();
  answer.time = root.Of("dct:created").Time();
  const Reader notice = root.Of("nwd:notice");
  answer.notice_id = notice.Of("@id").String(kUuidUrn);
  answer.type = notice.Of("nwd:type").Word(consent::v1::NoticeType_Parse, "NOTICE_TYPE_");
  if (notice.Has("nwd:basis")) ReadBasis(notice.Of("nwd:basis"), answer);
  answer.disclosures = notice.Of("nwd:disclosures").Int();
  answer.sent = notice.Of("dct:issued").Time();
  answer.due = notice.Of("nwd:due").Time();
  const Reader recipient = root.Of("dpv:hasRecipient");
  answer.recipient.organisation_id = recipient.Of("@id").String(kUuidUrn);
  if (recipient.Has("dpv:hasName")) answer.recipient.slug = recipient.Of("dpv:hasName").String();
  answer.answer = root.Of("nwd:answer").Word(consent::v1::NoticeAnswer_Parse, "NOTICE_ANSWER_");
  if (root.Has("dpv:hasLegalBasis")) answer.retained_basis = root.Of("dpv:hasLegalBasis").String();
  if (root.wrong())
    return absl::InvalidArgumentError("is no receipt of an answer to a notice as this program knows them");
  return answer;
}

std::string Tell(const NoticeAnswer& answer) {
  Lines told;
  told.Add("answered", Cat(Shown(answer.recipient), " ", PlainOf(answer.answer)));
  if (!answer.retained_basis.empty()) told.Add("on the basis", Shown(answer.retained_basis));
  told.Add("when", Shown(answer.time));
  told.Add("told because", std::string(PlainOf(answer.type)));
  told.Add("told on", Cat(Shown(answer.sent), ", to answer by ", Shown(answer.due)));
  if (answer.disclosures > 0)
    told.Add("about", Cat(answer.disclosures, answer.disclosures == 1 ? " disclosure" : " disclosures"));
  if (!answer.consent_id.empty()) told.Add("consent", Shown(answer.consent_id));
  if (!answer.authority_id.empty()) told.Add("authority", Shown(answer.authority_id));
  if (!answer.emergency_access_id.empty()) told.Add("emergency", Shown(answer.emergency_access_id));
  told.Add("notice", Shown(answer.notice_id));
  told.Add("receipt", Shown(answer.receipt_id));
  return told.text();
}

}  // namespace nwd::receipt
