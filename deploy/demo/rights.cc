// Rights: what people ask about their data, and what they are given.
#include <fstream>

#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "deploy/demo/answers.h"
#include "deploy/demo/chapters.h"
#include "google/protobuf/util/json_util.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/consent/v1/erasure_service.pb.h"
#include "nwd/consent/v1/person_export.pb.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "nwd/consent/v1/rights_service.pb.h"

namespace nwd::demo {
namespace {

namespace v1 = consent::v1;
using namespace common::v1;  // NOLINT: the words of the vocabulary
using Figure = absl::StatusOr<std::string>;

// The first person, who enrolled with the channel (own_say.cc).
Person& Enrolled(World& world) { return world.people.front(); }

absl::StatusOr<v1::OpenCaseResponse> Ask(World& world, std::string_view who, v1::OpenCaseRequest request) {
  request.set_person_ref(Enrolled(world).refs.at(std::string(who)));
  return world.Call<v1::OpenCaseResponse>(who, request);
}

absl::StatusOr<std::string> Export(World& world, std::string_view who, const std::string& case_id,
                                   v1::ExportFormat format) {
  v1::ExportPersonRequest request;
  request.set_case_id(case_id);
  request.set_format(format);
  NWD_ASSIGN_OR_RETURN(rpc::Client* const client, world.clients().As(std::string(who), "consent"));
  auto parts = client->Watch<v1::ExportPersonResponse>(request, {.practitioner = "adviser-1"});
  std::string file;
  for (v1::ExportPersonResponse part; parts.Read(part);) file += part.content();
  NWD_RETURN_IF_ERROR(parts.Finish());
  return file;
}

absl::StatusOr<v1::PersonExport> Read(const std::string& json) {
  v1::PersonExport exported;
  NWD_RETURN_IF_ERROR(
      Holds("an export is JSON of its message", google::protobuf::util::JsonStringToMessage(json, &exported).ok()));
  return exported;
}

absl::Status Close(World& world, std::string_view who, const std::string& case_id, v1::CaseOutcome outcome) {
  v1::ListCasesRequest list;
  list.set_person_ref(Enrolled(world).refs.at(std::string(who)));
  NWD_ASSIGN_OR_RETURN(const auto listed, world.Call<v1::ListCasesResponse>(who, list));
  for (const v1::Case& one : listed.cases()) {
    if (one.case_id() != case_id) continue;
    v1::CloseCaseRequest close;
    close.set_case_id(case_id);
    close.set_etag(one.etag());
    close.set_outcome(outcome);
    close.set_answer("Sample: we wrote to them");
    return world.Call<v1::CloseCaseResponse>(who, close).status();
  }
  return Unexpected("the case that was opened", "in the list of who answers it", "not there");
}

Figure ExportWhole(World& world) {
  v1::OpenCaseRequest request;
  request.set_kind(v1::CASE_KIND_ACCESS);
  NWD_ASSIGN_OR_RETURN(const auto opened, Ask(world, kChannel, request));
  const absl::Time began = absl::Now();
  NWD_ASSIGN_OR_RETURN(const std::string json, Export(world, kChannel, opened.case_id(), v1::EXPORT_FORMAT_JSON));
  const absl::Duration took = absl::Now() - began;
  NWD_ASSIGN_OR_RETURN(const std::string page, Export(world, kChannel, opened.case_id(), v1::EXPORT_FORMAT_HTML));
  std::ofstream(Cat(world.hub_folder(), "/export.json")) << json;
  std::ofstream(Cat(world.hub_folder(), "/export.html")) << page;
  NWD_ASSIGN_OR_RETURN(const v1::PersonExport all, Read(json));
  const std::string& name = Enrolled(world).made_up.full_name;
  NWD_RETURN_IF_ERROR(
      Holds("an export tells who the person is", all.people_size() > 0 && all.people(0).full_name() == name));
  NWD_RETURN_IF_ERROR(Holds("an export has the record, consents, disclosures, referrals and the journey",
                            all.record_size() > 0 && all.consents_size() > 0 && all.disclosures_size() > 0 &&
                                all.referrals_size() > 0 && all.journey_size() > 0));
  NWD_RETURN_IF_ERROR(
      Holds("a page of it names organisations", page.find("Organisation</dt>") != std::string::npos &&
                                                    page.find(all.organisations(0).name()) != std::string::npos));
  NWD_RETURN_IF_ERROR(Close(world, kChannel, opened.case_id(), v1::CASE_OUTCOME_FULFILLED));
  return Cat(all.record_size(), " versions, ", all.consents_size(), " consents, ", all.disclosures_size(),
             " disclosures, ", all.journey_size(), " steps of ", all.organisations_size(), " organisations, in ",
             absl::ToInt64Milliseconds(took), " ms; export.html in the hub's folder");
}

Figure ExportOwn(World& world) {
  const std::string desk = Enrolled(world).registrar;
  v1::OpenCaseRequest request;
  request.set_kind(v1::CASE_KIND_ACCESS);
  NWD_ASSIGN_OR_RETURN(const auto opened, Ask(world, desk, request));
  NWD_ASSIGN_OR_RETURN(const std::string json, Export(world, desk, opened.case_id(), v1::EXPORT_FORMAT_JSON));
  NWD_ASSIGN_OR_RETURN(const v1::PersonExport own, Read(json));
  for (const v1::RecordEntry& entry : own.record()) {
    NWD_RETURN_IF_ERROR(
        Holds("an agency's answer has its own entries only", entry.source_organisation_id() == world.IdOf(desk)));
  }
  NWD_RETURN_IF_ERROR(Refused("another's case",
                              Export(world, kUnrelated, opened.case_id(), v1::EXPORT_FORMAT_JSON).status(),
                              absl::StatusCode::kPermissionDenied));
  NWD_RETURN_IF_ERROR(Close(world, desk, opened.case_id(), v1::CASE_OUTCOME_FULFILLED));
  return "its own part, without who else knows the person";
}

Figure Restrict(World& world) {
  Person& person = Enrolled(world);
  v1::OpenCaseRequest request;
  request.set_kind(v1::CASE_KIND_RESTRICTION);
  request.add_categories(CATEGORY_IDENTITY);
  NWD_ASSIGN_OR_RETURN(const auto opened, Ask(world, kChannel, request));
  const auto of_this = [&](const v1::Notice& notice) { return notice.type() == v1::NOTICE_TYPE_RESTRICTION; };
  int held = 0;
  for (const auto& [slug, ref] : person.refs) {
    if (slug == kChannel) continue;
    NWD_ASSIGN_OR_RETURN(const int answered, AnswerNotices(world, slug, of_this, v1::NOTICE_ANSWER_HELD));
    held += answered;
  }
  NWD_RETURN_IF_ERROR(Holds("readers let what they have rest", held > 0));
  v1::CheckAccessRequest check;
  const std::string& reader = person.consent.recipients.front();
  check.set_person_ref(person.refs.at(reader));
  check.set_purpose(PURPOSE_REFERRAL);
  check.add_categories(CATEGORY_IDENTITY);
  check.set_mode(v1::SHARING_MODE_VIEW);
  check.set_consent_id(person.consent.consent_id);
  NWD_ASSIGN_OR_RETURN(const auto checked, world.Call<v1::CheckAccessResponse>(reader, check));
  NWD_RETURN_IF_ERROR(Holds("what is restricted nobody may read", !checked.permitted()));
  v1::LiftRestrictionRequest lift;
  lift.set_case_id(opened.case_id());
  NWD_RETURN_IF_ERROR(world.Call<v1::LiftRestrictionResponse>(kChannel, lift).status());
  return Cat(held, " who had read were told; lifted by the person's own hand");
}

Figure Complain(World& world) {
  const std::string desk = Enrolled(world).registrar;
  v1::OpenCaseRequest request;
  request.set_kind(v1::CASE_KIND_COMPLAINT);
  request.set_request("Sample: I was asked in front of others");
  NWD_ASSIGN_OR_RETURN(const auto opened, Ask(world, desk, request));
  v1::AdvanceCaseRequest acknowledge;
  acknowledge.set_case_id(opened.case_id());
  acknowledge.set_etag(opened.etag());
  acknowledge.set_action(v1::CASE_ACTION_ACKNOWLEDGE);
  NWD_ASSIGN_OR_RETURN(const auto acknowledged, world.Call<v1::AdvanceCaseResponse>(desk, acknowledge));
  NWD_RETURN_IF_ERROR(Holds("the clock goes on after the acknowledgement", acknowledged.has_due_time()));
  NWD_RETURN_IF_ERROR(Close(world, desk, opened.case_id(), v1::CASE_OUTCOME_FULFILLED));
  return "acknowledged within the 30 days, and answered";
}

// Somebody who is registered for this alone: nothing else in the story misses them.
Figure EraseSomebody(World& world) {
  const std::string desk = Enrolled(world).registrar;
  v1::RegisterPersonRequest person;
  person.mutable_details()->set_full_name("Sample Forgotten");
  person.mutable_details()->set_date_of_birth("1980-02-03");
  NWD_ASSIGN_OR_RETURN(const auto registered, world.Call<v1::RegisterPersonResponse>(desk, person));
  v1::PutRecordRequest put;
  put.set_person_ref(registered.person_ref());
  put.mutable_section()->mutable_skills()->add_skills("Sample: shorthand");
  NWD_RETURN_IF_ERROR(world.Call<v1::PutRecordResponse>(desk, put).status());
  v1::OpenCaseRequest open;
  open.set_person_ref(registered.person_ref());
  open.set_kind(v1::CASE_KIND_ERASURE);
  NWD_ASSIGN_OR_RETURN(const auto opened, world.Call<v1::OpenCaseResponse>(desk, open));
  v1::AdvanceCaseRequest grant;
  grant.set_case_id(opened.case_id());
  grant.set_etag(opened.etag());
  grant.set_action(v1::CASE_ACTION_GRANT_ERASURE);
  NWD_ASSIGN_OR_RETURN(const auto granted, world.Call<v1::AdvanceCaseResponse>(desk, grant));
  v1::ErasePersonRequest erase;
  erase.set_case_id(opened.case_id());
  erase.set_etag(granted.etag());
  NWD_RETURN_IF_ERROR(Refused("who granted an erasure carries it out",
                              world.Call<v1::ErasePersonResponse>(desk, erase).status(),
                              absl::StatusCode::kPermissionDenied));
  NWD_RETURN_IF_ERROR(world.Call<v1::ErasePersonResponse>(kFirstAdmin, erase).status());
  NWD_RETURN_IF_ERROR(Refused("putting in about somebody who was erased",
                              world.Call<v1::PutRecordResponse>(desk, put).status(),
                              absl::StatusCode::kPermissionDenied));
  const auto gone = [&]() -> absl::StatusOr<bool> {
    NWD_ASSIGN_OR_RETURN(const auto listed,
                         world.Call<v1::ListErasuresResponse>(kFirstAdmin, v1::ListErasuresRequest()));
    return listed.erasures_size() == 1 && listed.erasures(0).erasure().has_gone_time();
  };
  NWD_RETURN_IF_ERROR(Soon("no service holds a key of who was erased", gone));
  return "by two hands; no live file of any service holds a key of theirs";
}

}  // namespace

void TellRights(World& world, Story& story) {
  story.Chapter("Rights: people ask what is held about them");
  story.Step("a person is given everything", [&] { return ExportWhole(world); });
  story.Step("an agency answers for itself", [&] { return ExportOwn(world); });
  story.Step("what a person has restricted rests", [&] { return Restrict(world); });
  story.Step("a complaint has its clock", [&] { return Complain(world); });
  story.Step("somebody is erased", [&] { return EraseSomebody(world); });
}

}  // namespace nwd::demo
