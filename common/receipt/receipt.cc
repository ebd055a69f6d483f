#include "common/receipt/receipt.h"

#include <algorithm>
#include <utility>

#include "common/base/strings.h"
#include "common/receipt/json.h"
#include "common/receipt/terms.h"

namespace nwd::receipt {
namespace {

constexpr char kRecordSchema[] = "https://w3id.org/dpv/schema/dpv-27560#record";
constexpr char kReceiptSchema[] = "https://w3id.org/dpv/schema/dpv-27560#receipt";
constexpr char kUkGdpr[] = "https://www.legislation.gov.uk/eur/2016/679";
constexpr std::string_view kSha256Urn = "urn:sha256:";
constexpr std::string_view kTerm = "nwd:";

std::string Own(std::string_view word) { return Cat(kTerm, word); }

Json Context() {
  return {{"dpv", kDpvNamespace},
          {"pd", "https://w3id.org/dpv/pd#"},
          {"loc", "https://w3id.org/dpv/loc#"},
          {"eu-gdpr", "https://w3id.org/dpv/legal/eu/gdpr#"},
          {"dct", kDctNamespace},
          {"schema", "https://schema.org/"},
          {"skos", "http://www.w3.org/2004/02/skos/core#"},
          {"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"},
          {"nwd", kOwnNamespace}};
}

Json Entity(const Organisation& organisation, bool controls, bool receives) {
  Json types = Json::array({"dpv:Organisation"});
  if (controls) types.push_back("dpv:DataController");
  if (receives) types.push_back("dpv:Recipient");
  Json entity = {{"@id", Urn(organisation.organisation_id)},
                 {"@type", types},
                 {"dpv:hasIdentifier", organisation.organisation_id}};
  if (!organisation.slug.empty()) entity["dpv:hasName"] = organisation.slug;
  return entity;
}

bool Receives(const Receipt& receipt, const Organisation& organisation) {
  return std::find(receipt.recipients.begin(), receipt.recipients.end(), organisation) != receipt.recipients.end();
}

// The captor first, then the recipients in their order, then who recorded this where that is none of them.
Json Entities(const Receipt& receipt) {
  Json entities = Json::array();
  entities.push_back(Entity(receipt.captor, true, Receives(receipt, receipt.captor)));
  for (const Organisation& recipient : receipt.recipients) {
    if (recipient != receipt.captor) entities.push_back(Entity(recipient, false, true));
  }
  if (receipt.recorded_by != receipt.captor && !Receives(receipt, receipt.recorded_by)) {
    entities.push_back(Entity(receipt.recorded_by, false, false));
  }
  return entities;
}

Json Process(const Receipt& receipt) {
  Json data = Json::array(), recipients = Json::array();
  for (const Item& item : receipt.items) {
    data.push_back({{"@id", Own(WordOf(item.category))},
                    {"skos:broader", TermOf(item.category).dpv},
                    {"dpv:hasNecessity", "dpv:Required"},
                    {"dpv:hasJustification", item.necessity}});
  }
  for (const Organisation& recipient : receipt.recipients) recipients.push_back(Urn(recipient.organisation_id));
  return {{"@type", "dpv:Process"},
          {"dpv:hasPurpose",
           {{"@id", Own(WordOf(receipt.purpose))},
            {"skos:broader", TermOf(receipt.purpose).dpv},
            {"dct:title", TermOf(receipt.purpose).plain}}},
          {"dpv:hasPersonalData", data},
          {"dpv:hasProcessing", TermOf(receipt.mode).dpv},
          {"nwd:mode", WordOf(receipt.mode)},
          {"nwd:standing", receipt.standing},
          {"nwd:maxUses", receipt.max_uses},
          {"dpv:hasRecipient", recipients},
          {"dpv:hasStorageCondition",
           {{{"@type", "dpv:StorageLocation"}, {"dpv:hasLocation", "loc:GB"}},
            {{"@type", "dpv:StorageDuration"}, {"dpv:hasDuration", Cat("P", receipt.retention_days, "D")}}}}};
}

Json Status(const Receipt& receipt) {
  const bool answer = IsAnswer(receipt.event);
  Json types = Json::array({TermOfEvent(receipt.event).dpv});
  if (receipt.event == "GIVE") types.push_back("dpv:ExpressedConsent");
  Json status = {{"@type", types},
                 {"nwd:event", receipt.event},
                 {"nwd:state", WordOf(receipt.state)},
                 {"dpv:isIndicatedAtTime", Text(receipt.time)}};
  const bool represented = receipt.representative != consent::v1::REPRESENTATIVE_KIND_UNSPECIFIED;
  if (!receipt.by_person) {
    status["dpv:isIndicatedBy"] = Urn(receipt.recorded_by.organisation_id);
  } else if (answer && represented) {
    status["dpv:isIndicatedBy"] = {{"@type", TermOf(receipt.representative).dpv},
                                   {"dct:title", TermOf(receipt.representative).plain}};
  } else {
    status["dpv:isIndicatedBy"] = "dpv:DataSubject";
  }
  status["dpv:isImplementedBy"] = Urn(receipt.recorded_by.organisation_id);
  if (answer) status["dpv:hasIndicationMethod"] = WordOf(receipt.method);
  status["dpv:hasDuration"] = {{"@type", "dpv:UntilTimeDuration"}, {"rdf:value", Text(receipt.valid_until)}};
  return status;
}

Json Record(const Receipt& receipt) {
  Json record = {
      {"@id", Urn(receipt.consent_id)},
      {"@type", "dpv:ConsentRecord"},
      {"dct:identifier", receipt.consent_id},
      {"dct:conformsTo", kRecordSchema},
      {"dpv:hasDataSubject", {{"@id", Cat(Urn(receipt.consent_id), "#person")}, {"@type", "dpv:DataSubject"}}},
      {"dpv:hasDataController", Urn(receipt.captor.organisation_id)},
      {"dpv:hasEntity", Entities(receipt)},
      {"dpv:hasJurisdiction", "loc:GB"},
      {"dpv:hasApplicableLaw", kUkGdpr},
      {"dpv:hasLegalBasis", "eu-gdpr:A6-1-a"},
      {"dpv:hasProcess", Process(receipt)},
      {"dpv:hasNotice",
       {{"@id", Cat(kSha256Urn, receipt.text_sha256)},
        {"@type", "dpv:ConsentNotice"},
        {"dct:hasVersion", receipt.text_version},
        {"dct:language", receipt.language}}},
      {"dpv:hasConsentControl",
       {{"@type", "dpv:WithdrawConsent"}, {"dpv:isExercisedAt", "at any organisation named here, at any time"}}},
      {"dpv:hasRight",
       {{"@type", {"dpv:DataSubjectRight", "eu-gdpr:A7-3"}}, {"dct:title", "Right to withdraw consent"}}}};
  if (receipt.valid_from != absl::InfinitePast()) record["nwd:validFrom"] = Text(receipt.valid_from);
  record["nwd:method"] = WordOf(receipt.method);
  if (!receipt.review_on.empty()) record["nwd:reviewOn"] = receipt.review_on;
  if (!receipt.agreement_id.empty()) record["nwd:agreement"] = Urn(receipt.agreement_id);
  if (receipt.representative != consent::v1::REPRESENTATIVE_KIND_UNSPECIFIED) {
    record["nwd:representative"] = WordOf(receipt.representative);
  }
  if (!receipt.replaces_consent_id.empty()) record["dct:replaces"] = Urn(receipt.replaces_consent_id);
  if (!receipt.replaced_by_consent_id.empty()) record["dct:isReplacedBy"] = Urn(receipt.replaced_by_consent_id);
  record["dpv:hasConsentStatus"] = Status(receipt);
  return record;
}

Organisation Named(const Reader& record, const std::string& organisation_id) {
  for (const Reader& entity : record.Of("dpv:hasEntity").Items()) {
    if (entity.Of("dpv:hasIdentifier").String() != organisation_id) continue;
    return {organisation_id, entity.Has("dpv:hasName") ? entity.Of("dpv:hasName").String() : ""};
  }
  record.Check(false);
  return {};
}

void ReadProcess(const Reader& record, Receipt& receipt) {
  const Reader process = record.Of("dpv:hasProcess");
  receipt.purpose = process.Of("dpv:hasPurpose").Of("@id").Word(common::v1::Purpose_Parse, "PURPOSE_", kTerm);
  for (const Reader& item : process.Of("dpv:hasPersonalData").Items()) {
    receipt.items.push_back({item.Of("@id").Word(common::v1::Category_Parse, "CATEGORY_", kTerm),
                             item.Of("dpv:hasJustification").String()});
  }
  receipt.mode = process.Of("nwd:mode").Word(consent::v1::SharingMode_Parse, "SHARING_MODE_");
  receipt.standing = process.Of("nwd:standing").Bool();
  receipt.max_uses = process.Of("nwd:maxUses").Int();
  for (const Reader& recipient : process.Of("dpv:hasRecipient").Items()) {
    receipt.recipients.push_back(Named(record, recipient.String(kUuidUrn)));
  }
  for (const Reader& condition : process.Of("dpv:hasStorageCondition").Items()) {
    if (!condition.Has("dpv:hasDuration")) continue;
    const std::string days = condition.Of("dpv:hasDuration").String("P");
    record.Check(
        !days.empty() && days.back() == 'D' &&
        absl::SimpleAtoi(AbslView(std::string_view(days).substr(0, days.size() - 1)), &receipt.retention_days));
  }
}

void ReadStatus(const Reader& record, Receipt& receipt) {
  const Reader status = record.Of("dpv:hasConsentStatus");
  receipt.event = status.Of("nwd:event").String();
  record.Check(!TermOfEvent(receipt.event).dpv.empty());
  receipt.state = status.Of("nwd:state").Word(consent::v1::ConsentState_Parse, "CONSENT_STATE_");
  receipt.time = status.Of("dpv:isIndicatedAtTime").Time();
  const std::string implemented_by = status.Of("dpv:isImplementedBy").String(kUuidUrn);
  receipt.recorded_by = Named(record, implemented_by);
  const Reader by = status.Of("dpv:isIndicatedBy");
  receipt.by_person = by.Has("@type") || by.String() == "dpv:DataSubject";
  receipt.valid_until = status.Of("dpv:hasDuration").Of("rdf:value").Time();
}

void ReadRecord(const Reader& record, Receipt& receipt) {
  receipt.consent_id = record.Of("dct:identifier").String();
  receipt.captor = Named(record, record.Of("dpv:hasDataController").String(kUuidUrn));
  ReadProcess(record, receipt);
  const Reader notice = record.Of("dpv:hasNotice");
  receipt.text_sha256 = notice.Of("@id").String(kSha256Urn);
  receipt.text_version = notice.Of("dct:hasVersion").String();
  receipt.language = notice.Of("dct:language").String();
  if (record.Has("nwd:validFrom")) receipt.valid_from = record.Of("nwd:validFrom").Time();
  receipt.method = record.Of("nwd:method").Word(consent::v1::CaptureMethod_Parse, "CAPTURE_METHOD_");
  if (record.Has("nwd:reviewOn")) receipt.review_on = record.Of("nwd:reviewOn").String();
  if (record.Has("nwd:agreement")) receipt.agreement_id = record.Of("nwd:agreement").String(kUuidUrn);
  if (record.Has("nwd:representative")) {
    receipt.representative =
        record.Of("nwd:representative").Word(consent::v1::RepresentativeKind_Parse, "REPRESENTATIVE_KIND_");
  }
  if (record.Has("dct:replaces")) receipt.replaces_consent_id = record.Of("dct:replaces").String(kUuidUrn);
  if (record.Has("dct:isReplacedBy")) receipt.replaced_by_consent_id = record.Of("dct:isReplacedBy").String(kUuidUrn);
  ReadStatus(record, receipt);
}

}  // namespace

std::string Write(const Receipt& receipt) {
  const Json json = {{"@context", Context()},
                     {"@id", Urn(receipt.receipt_id)},
                     {"@type", "dpv:ConsentReceipt"},
                     {"dct:identifier", receipt.receipt_id},
                     {"dct:conformsTo", kReceiptSchema},
                     {"dct:created", Text(receipt.time)},
                     {"dct:publisher", Urn(receipt.recorded_by.organisation_id)},
                     {"schema:recipient", "dpv:DataSubject"},
                     {"dpv:hasRecordOfActivity", Record(receipt)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<Receipt> Read(std::string_view bytes) {
  const Json json = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  Receipt receipt;
  const Reader root(json);
  root.Check(root.Of("dct:conformsTo").String() == kReceiptSchema);
  receipt.receipt_id = root.Of("dct:identifier").String();
  ReadRecord(root.Of("dpv:hasRecordOfActivity"), receipt);
  if (root.wrong())
    return absl::InvalidArgumentError("is no receipt of a decision on a consent as this program knows them");
  return receipt;
}

}  // namespace nwd::receipt
