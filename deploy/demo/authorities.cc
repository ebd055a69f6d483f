// Where consent is the wrong basis: an agreement between organisations, a law that one of them cites, a second that
// looks at it, and a person who objects.
#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "deploy/demo/answers.h"
#include "deploy/demo/chapters.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/consent/v1/authority_service.pb.h"
#include "nwd/directory/v1/agreement_service.pb.h"

namespace nwd::demo {
namespace {

namespace v1 = consent::v1;
using namespace common::v1;  // NOLINT: the words of the vocabulary
using Figure = absl::StatusOr<std::string>;

constexpr std::string_view kAsserter = "lambeth";
constexpr std::string_view kApprover = "southwark";
constexpr std::string_view kRecipient = kCollege;

// What the steps of this chapter hand on.
struct Ground {
  std::string agreement_id;
  std::string agreement_etag;
  std::string authority_id;
  std::string authority_etag;
};

// The first person is known at every door.
const std::string& RefOf(const World& world, std::string_view slug) {
  return world.people.front().refs.at(std::string(slug));
}

Figure RecordAgreement(World& world, Ground& ground) {
  directory::v1::CreateAgreementRequest request;
  directory::v1::AgreementTerms& terms = *request.mutable_terms();
  terms.set_title("Sample agreement on skills support");
  for (const std::string_view party : {kAsserter, kApprover, kRecipient}) {
    terms.add_party_organisation_ids(world.IdOf(party));
  }
  terms.add_purposes(PURPOSE_SKILLS_TRAINING);
  terms.add_categories(CATEGORY_IDENTITY);
  terms.add_categories(CATEGORY_SKILLS);
  terms.add_lawful_bases(LAWFUL_BASIS_PUBLIC_TASK);
  *terms.mutable_valid_until() = ToProto(absl::Now() + absl::Hours(24 * 365));
  terms.set_document_sha256(std::string(64, 'a'));
  const auto by_agency = world.Call<directory::v1::CreateAgreementResponse>(kAsserter, request);
  NWD_RETURN_IF_ERROR(
      Refused("an agency records an agreement", by_agency.status(), absl::StatusCode::kPermissionDenied));
  NWD_ASSIGN_OR_RETURN(const auto created, world.Call<directory::v1::CreateAgreementResponse>(kFirstAdmin, request));
  ground.agreement_id = created.agreement_id();
  ground.agreement_etag = created.etag();
  return Cat(terms.party_organisation_ids_size(), " parties, 2 sections, on public task");
}

v1::GetRecordRequest Reading(const World& world, const Ground& ground) {
  v1::GetRecordRequest request;
  request.set_person_ref(RefOf(world, kRecipient));
  request.set_purpose(PURPOSE_SKILLS_TRAINING);
  request.add_categories(CATEGORY_IDENTITY);
  request.add_categories(CATEGORY_CONTACT);
  request.set_mode(v1::SHARING_MODE_VIEW);
  request.set_authority_id(ground.authority_id);
  return request;
}

Figure Assert(World& world, Ground& ground) {
  v1::AssertAuthorityRequest request;
  request.set_person_ref(RefOf(world, kAsserter));
  v1::AuthorityTerms& terms = *request.mutable_terms();
  terms.set_lawful_basis(LAWFUL_BASIS_CONSENT);  // never an authority
  terms.set_purpose(PURPOSE_SKILLS_TRAINING);
  v1::ConsentCategory& identity = *terms.add_categories();
  identity.set_category(CATEGORY_IDENTITY);
  identity.set_necessity("to know who is offered a place");
  terms.add_recipient_organisation_ids(world.IdOf(kRecipient));
  terms.set_mode(v1::SHARING_MODE_VIEW);
  *terms.mutable_valid_until() = ToProto(absl::Now() + absl::Hours(24 * 180));
  terms.set_grounds("Education and Skills Act 2008, section 68: support for young people");
  terms.set_agreement_id(ground.agreement_id);
  const auto mistaken = world.Call<v1::AssertAuthorityResponse>(kAsserter, request);
  NWD_RETURN_IF_ERROR(
      Refused("consent asserted as an authority", mistaken.status(), absl::StatusCode::kInvalidArgument));

  terms.set_lawful_basis(LAWFUL_BASIS_PUBLIC_TASK);
  terms.set_statutory_gateway("Education and Skills Act 2008, section 72");
  // The directory of the agreement and the consent service are two processes: the news takes a moment.
  const auto asserted = [&]() -> absl::StatusOr<bool> {
    const auto answer = world.Call<v1::AssertAuthorityResponse>(kAsserter, request);
    if (absl::IsInvalidArgument(answer.status())) return false;
    NWD_RETURN_IF_ERROR(answer.status());
    ground.authority_id = answer->authority_id();
    ground.authority_etag = answer->etag();
    return true;
  };
  NWD_RETURN_IF_ERROR(Soon("an authority under the new agreement", asserted));
  const auto early = world.Call<v1::GetRecordResponse>(kRecipient, Reading(world, ground));
  NWD_RETURN_IF_ERROR(Refused("a read on what nobody approved", early.status(), absl::StatusCode::kPermissionDenied));
  return Cat(kAsserter, " cites its public task; nothing can be read on its word alone");
}

Figure Approve(World& world, Ground& ground) {
  v1::ApproveAuthorityRequest request;
  request.set_authority_id(ground.authority_id);
  request.set_etag(ground.authority_etag);
  for (const std::string_view interested : {kAsserter, kRecipient}) {
    const auto own = world.Call<v1::ApproveAuthorityResponse>(interested, request);
    NWD_RETURN_IF_ERROR(
        Refused("approval by who asserted it or receives by it", own.status(), absl::StatusCode::kPermissionDenied));
  }
  NWD_ASSIGN_OR_RETURN(const auto approved, world.Call<v1::ApproveAuthorityResponse>(kApprover, request));
  NWD_RETURN_IF_ERROR(Same("the state of an approved authority", v1::AuthorityState_Name(v1::AUTHORITY_STATE_ACTIVE),
                           v1::AuthorityState_Name(approved.state())));
  NWD_ASSIGN_OR_RETURN(const auto read, world.Call<v1::GetRecordResponse>(kRecipient, Reading(world, ground)));
  NWD_RETURN_IF_ERROR(Holds("the section that is covered is read", read.entries_size() > 0));
  NWD_RETURN_IF_ERROR(Same("sections that are not covered", 1, read.denied_categories_size()));
  return Cat(kApprover, " approves; ", kRecipient, " reads the section it covers, and not the other");
}

Figure Object(World& world, const Ground& ground) {
  v1::ObjectToAuthorityRequest object;
  object.set_authority_id(ground.authority_id);
  NWD_ASSIGN_OR_RETURN(const auto objected, world.Call<v1::ObjectToAuthorityResponse>(kAsserter, object));
  NWD_RETURN_IF_ERROR(Same("recipients who are told of an objection", 1, objected.notices()));
  const auto after = world.Call<v1::GetRecordResponse>(kRecipient, Reading(world, ground));
  NWD_RETURN_IF_ERROR(
      Refused("the very next read after an objection", after.status(), absl::StatusCode::kPermissionDenied));

  const auto of_this = [&](const v1::Notice& notice) {
    return notice.authority_id() == ground.authority_id && notice.type() == v1::NOTICE_TYPE_OBJECTION;
  };
  NWD_ASSIGN_OR_RETURN(const int told, AnswerNotices(world, kRecipient, of_this, v1::NOTICE_ANSWER_ERASED));
  NWD_RETURN_IF_ERROR(Same("notices of the objection to who read", 1, told));
  return Cat("the very next read refused; ", kRecipient, " told, and erased what it had");
}

Figure Explain(World& world) {
  v1::ExplainAccessRequest request;
  request.set_organisation_id(world.IdOf(kPartner));
  const auto of_another = world.Call<v1::ExplainAccessResponse>(kCollege, request);
  NWD_RETURN_IF_ERROR(
      Refused("an agency asks what another can see", of_another.status(), absl::StatusCode::kPermissionDenied));
  NWD_ASSIGN_OR_RETURN(const auto told, world.Call<v1::ExplainAccessResponse>(kPartner, request));
  NWD_RETURN_IF_ERROR(Holds("what is permitted or denied to eight people is told",
                            told.people().suppressed() || told.explanations_size() > 0));
  const std::string people = told.people().suppressed() ? "a few" : Cat(told.people().people());
  return Cat(kPartner, " can see something of ", people, " people now; ", told.explanations_size(),
             " lines say what, on which basis, or why not");
}

}  // namespace

void TellAuthorities(World& world, Story& story) {
  Ground ground;
  story.Chapter("Authorities: where consent is the wrong basis");
  story.Step("a data-sharing agreement is recorded", [&] { return RecordAgreement(world, ground); });
  story.Step("one organisation cites a law", [&] { return Assert(world, ground); });
  story.Step("a second looks at it and approves", [&] { return Approve(world, ground); });
  story.Step("the person objects", [&] { return Object(world, ground); });
  story.Step("a data protection officer asks what can be seen", [&] { return Explain(world); });
}

}  // namespace nwd::demo
