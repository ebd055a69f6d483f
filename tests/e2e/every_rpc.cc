#include "tests/e2e/every_rpc.h"

#include "absl/time/clock.h"
#include "common/access/policy.h"
#include "common/base/check.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "nwd/common/v1/audit_service.pb.h"
#include "nwd/common/v1/change_service.pb.h"
#include "nwd/common/v1/maintenance_service.pb.h"
#include "nwd/common/v1/rule.pb.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/consent/v1/authority_service.pb.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "nwd/consent/v1/emergency_service.pb.h"
#include "nwd/consent/v1/erasure_service.pb.h"
#include "nwd/consent/v1/ledger_service.pb.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/consent/v1/rights_service.pb.h"
#include "nwd/directory/v1/agreement_service.pb.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "nwd/directory/v1/feed_service.pb.h"
#include "nwd/directory/v1/organisation_service.pb.h"
#include "nwd/outcome/v1/insight_service.pb.h"
#include "nwd/outcome/v1/outcome_service.pb.h"
#include "nwd/outcome/v1/person_data_service.pb.h"
#include "nwd/referral/v1/appointment_service.pb.h"
#include "nwd/referral/v1/person_data_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"

namespace nwd::e2e {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const std::vector<std::pair<std::string, std::vector<const google::protobuf::FileDescriptor*>>>& Programs() {
  static const auto* const audit = common::v1::ListEntriesRequest::descriptor()->file();
  static const auto* const change = common::v1::ReadChangesRequest::descriptor()->file();
  static const auto* const maintenance = common::v1::RotateKeysRequest::descriptor()->file();
  static const std::vector<std::pair<std::string, std::vector<const google::protobuf::FileDescriptor*>>> programs = {
      {"directory",
       {directory::v1::GetOrganisationRequest::descriptor()->file(),
        directory::v1::GetAgreementRequest::descriptor()->file(),
        directory::v1::GetServiceRequest::descriptor()->file(), directory::v1::BeginImportRequest::descriptor()->file(),
        audit, change}},
      {"consent",
       {consent::v1::RegisterPersonRequest::descriptor()->file(),
        consent::v1::AssertAuthorityRequest::descriptor()->file(),
        consent::v1::CreateConsentRequest::descriptor()->file(), consent::v1::CheckAccessRequest::descriptor()->file(),
        consent::v1::PutRecordRequest::descriptor()->file(),
        consent::v1::OpenEmergencyAccessRequest::descriptor()->file(),
        consent::v1::OpenCaseRequest::descriptor()->file(), consent::v1::ErasePersonRequest::descriptor()->file(),
        consent::v1::ReadLedgerRequest::descriptor()->file(), audit, change, maintenance}},
      {"referral",
       {referral::v1::CreateReferralRequest::descriptor()->file(),
        referral::v1::BookAppointmentRequest::descriptor()->file(),
        referral::v1::ListPersonReferralsRequest::descriptor()->file(), audit, change, maintenance}},
      {"outcome",
       {outcome::v1::RecordOutcomeRequest::descriptor()->file(),
        outcome::v1::QueryIndicatorsRequest::descriptor()->file(),
        outcome::v1::ListPersonStepsRequest::descriptor()->file(), audit, change, maintenance}},
  };
  return programs;
}

// Enum values that the rules of a method ask for, by field; any other enum takes its first real value.
int EnumValue(const FieldDescriptor& field) {
  static const std::map<std::string, int> wanted = {
      {"decision", consent::v1::CONSENT_STATE_GIVEN},
      {"action", referral::v1::REFERRAL_ACTION_RECEIVE},
      {"attendance", referral::v1::APPOINTMENT_STATE_ATTENDED},
      {"outcome", consent::v1::CASE_OUTCOME_WITHDRAWN},  // which needs no words
      {"lawful_basis",
       common::v1::LAWFUL_BASIS_VITAL_INTERESTS},  // not the first, consent: of authorities, emergencies
  };
  const auto found = wanted.find(field.name());
  return found == wanted.end() ? field.enum_type()->value(1)->number() : found->second;
}

std::string TextValue(const FieldDescriptor& field, const std::map<std::string, std::string>& values) {
  const auto found = values.find(field.name());
  if (found != values.end()) return found->second;
  switch (field.options().GetExtension(common::v1::rule).format()) {
    case common::v1::FORMAT_UUID:
      return "00000000-0000-4000-8000-000000000000";
    case common::v1::FORMAT_SLUG:
      return "sample";
    case common::v1::FORMAT_DATE:
      return "2026-01-05";
    case common::v1::FORMAT_MONTH:
      return "2026-01";
    case common::v1::FORMAT_PERSON_REF:
      return "p1_aaaaaaaaaaaaaaaaaaaaaaaaaa";
    case common::v1::FORMAT_LANGUAGE:
      return "en";
    case common::v1::FORMAT_HEX:
      return "0a";
    default:
      return "sample";
  }
}

void Fill(Message& message, const std::map<std::string, std::string>& values);

void SetField(Message& message, const FieldDescriptor& field, const std::map<std::string, std::string>& values) {
  const auto& reflection = *message.GetReflection();
  const bool list = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = TextValue(field, values);
      list ? reflection.AddString(&message, &field, text) : reflection.SetString(&message, &field, text);
      break;
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      list ? reflection.AddEnumValue(&message, &field, EnumValue(field))
           : reflection.SetEnumValue(&message, &field, EnumValue(field));
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection.SetBool(&message, &field, true);
      break;
    case FieldDescriptor::CPPTYPE_INT32:
      reflection.SetInt32(&message, &field, 30);
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      Message& part = list ? *reflection.AddMessage(&message, &field) : *reflection.MutableMessage(&message, &field);
      if (part.GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
        static_cast<google::protobuf::Timestamp&>(part).set_seconds(absl::ToUnixSeconds(absl::Now() + absl::Hours(24)));
      } else if (part.GetDescriptor() == google::protobuf::FieldMask::descriptor()) {
        static_cast<google::protobuf::FieldMask&>(part).add_paths("name");
      } else if (part.GetDescriptor() == consent::v1::RecordSection::descriptor()) {
        static_cast<consent::v1::RecordSection&>(part).mutable_identity()->set_preferred_name("Sample");
      } else {
        Fill(part, values);
      }
      break;
    }
    default:
      break;
  }
}

// Where one basis of several can be cited, it is the consent; and an authority goes with a case of one kind only.
bool IsOtherBasis(const FieldDescriptor& field) {
  if (field.containing_type() == consent::v1::OpenCaseRequest::descriptor()) return field.name() == "authority_id";
  const bool basis = field.name() == "authority_id" || field.name() == "emergency_access_id";
  return basis && field.containing_type()->FindFieldByName("consent_id") != nullptr;
}

void Fill(Message& message, const std::map<std::string, std::string>& values) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    const bool known = values.contains(field.name()) && !IsOtherBasis(field);
    if (field.options().GetExtension(common::v1::rule).required() || known) SetField(message, field, values);
  }
}

}  // namespace

std::vector<Rpc> EveryRpc() {
  std::vector<Rpc> all;
  for (const auto& [program, files] : Programs()) {
    for (const auto* file : files) {
      for (int s = 0; s < file->service_count(); ++s) {
        for (int m = 0; m < file->service(s)->method_count(); ++m) {
          const auto* method = file->service(s)->method(m);
          const auto rule = access::RuleOf(*method);
          NWD_CHECK(rule.ok());
          all.push_back({method, *rule, program});
        }
      }
    }
  }
  return all;
}

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor& type) {
  const Message* prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type);
  NWD_CHECK(prototype != nullptr);
  return std::unique_ptr<Message>(prototype->New());
}

void FillRequired(Message& message) { Fill(message, {}); }

std::unique_ptr<Message> WellFormed(const Rpc& rpc, const std::map<std::string, std::string>& values) {
  std::unique_ptr<Message> request = NewMessage(*rpc.method->input_type());
  Fill(*request, values);
  return request;
}

}  // namespace nwd::e2e
