// Receivers read the record, exactly as far as each consent reaches, and every read leaves its trace.
#include <algorithm>
#include <set>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "deploy/demo/chapters.h"

namespace nwd::demo {
namespace {

namespace v1 = consent::v1;
using namespace common::v1;  // NOLINT: the words of the vocabulary
using Figure = absl::StatusOr<std::string>;

constexpr std::initializer_list<Category> kAsked = {CATEGORY_IDENTITY, CATEGORY_CONTACT, CATEGORY_CIRCUMSTANCES,
                                                    CATEGORY_GOALS, CATEGORY_DEMOGRAPHICS};

v1::GetRecordRequest Reading(const std::string& ref, const KnownConsent& consent) {
  v1::GetRecordRequest request;
  request.set_person_ref(ref);
  request.set_purpose(PURPOSE_REFERRAL);
  for (const Category category : kAsked) request.add_categories(category);
  request.set_mode(v1::SHARING_MODE_STORE);
  request.set_consent_id(consent.consent_id);
  return request;
}

bool Covers(const KnownConsent& consent, int category) {
  return std::find(consent.categories.begin(), consent.categories.end(), category) != consent.categories.end();
}

absl::Status CheckRead(const Person& person, const v1::GetRecordResponse& record) {
  std::set<int> read;
  for (const v1::RecordEntry& entry : record.entries()) {
    read.insert(entry.category());
    NWD_RETURN_IF_ERROR(
        Holds("nothing is read that the consent does not cover", Covers(person.consent, entry.category())));
    if (entry.section().has_identity()) {
      NWD_RETURN_IF_ERROR(
          Same("the name as it is read", person.made_up.full_name, entry.section().identity().full_name()));
    }
    const bool hidden = person.made_up.needs.front().code == "abuse";
    if (hidden) NWD_RETURN_IF_ERROR(Holds("a confidential address goes to nobody", !entry.section().has_contact()));
  }
  for (const Category category : kAsked) {
    const bool hidden = category == CATEGORY_CONTACT && person.made_up.needs.front().code == "abuse";
    if (!hidden)
      NWD_RETURN_IF_ERROR(Same(Cat("whether ", Category_Name(category), " was read"), Covers(person.consent, category),
                               read.contains(category)));
  }
  for (const v1::DeniedCategory& denied : record.denied_categories()) {
    NWD_RETURN_IF_ERROR(Holds("nothing the consent covers is denied", !Covers(person.consent, denied.category())));
    NWD_RETURN_IF_ERROR(Same("why a category is denied", v1::DenialReason_Name(v1::DENIAL_REASON_NOT_COVERED),
                             v1::DenialReason_Name(denied.reason())));
  }
  return Holds("what is kept has an end", record.obligations().has_erase_by());
}

Figure ReadAll(World& world, Story& story) {
  std::atomic<int> reads = 0, sections = 0, denied = 0;
  const absl::Time begin = absl::Now();
  const absl::Status done = InParallel(world.cases.size(), [&](int i) -> absl::Status {
    Case& referral = world.cases[i];
    if (referral.state != referral::v1::REFERRAL_STATE_ACCEPTED) return absl::OkStatus();
    const Person& person = world.people[referral.person];
    NWD_ASSIGN_OR_RETURN(const auto record, world.Call<v1::GetRecordResponse>(
                                                referral.receiver, Reading(referral.receiver_ref, person.consent)));
    referral.read = true;
    ++reads;
    sections += record.entries_size();
    denied += record.denied_categories_size();
    return CheckRead(person, record);
  });
  NWD_RETURN_IF_ERROR(done);
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  story.Count("records_read", reads);
  return absl::StrFormat("%d read: %d sections, %d categories denied; %.0f a second, each durable first", reads.load(),
                         sections.load(), denied.load(), reads / seconds);
}

Figure OthersReadNothing(World& world) {
  // The first person is known to an organisation that their consent does not name.
  const Person& known = world.people.front();
  const auto unrelated =
      world.Call<v1::GetRecordResponse>(kUnrelated, Reading(known.refs.at(std::string(kUnrelated)), known.consent));
  NWD_RETURN_IF_ERROR(Refused("a read by an organisation the consent does not name", unrelated.status(),
                              absl::StatusCode::kPermissionDenied));

  const auto& referral =
      *std::find_if(world.cases.begin(), world.cases.end(), [](const Case& one) { return one.read; });
  const Person& person = world.people[referral.person];
  const auto borrowed = world.Call<v1::GetRecordResponse>(kUnrelated, Reading(referral.receiver_ref, person.consent));
  NWD_RETURN_IF_ERROR(
      Refused("a read with another organisation's reference", borrowed.status(), absl::StatusCode::kPermissionDenied));
  NWD_RETURN_IF_ERROR(Same("the refusal, whether or not the person is known there", unrelated.status().code(),
                           borrowed.status().code()));

  v1::GetRecordRequest otherwise = Reading(referral.receiver_ref, person.consent);
  otherwise.set_purpose(PURPOSE_EVALUATION);
  const auto other_purpose = world.Call<v1::GetRecordResponse>(referral.receiver, otherwise);
  NWD_RETURN_IF_ERROR(
      Refused("a read for another purpose", other_purpose.status(), absl::StatusCode::kPermissionDenied));
  otherwise = Reading(referral.receiver_ref, person.consent);
  otherwise.set_mode(v1::SHARING_MODE_ONWARD);
  const auto onward = world.Call<v1::GetRecordResponse>(referral.receiver, otherwise);
  NWD_RETURN_IF_ERROR(Refused("a read to pass it on", onward.status(), absl::StatusCode::kPermissionDenied));

  v1::CheckAccessRequest check;
  check.set_person_ref(referral.receiver_ref);
  check.set_purpose(PURPOSE_REFERRAL);
  check.add_categories(CATEGORY_IDENTITY);
  check.set_mode(v1::SHARING_MODE_VIEW);
  check.set_consent_id(person.consent.consent_id);
  NWD_ASSIGN_OR_RETURN(const auto decision, world.Call<v1::CheckAccessResponse>(kUnrelated, check));
  NWD_RETURN_IF_ERROR(Same("permitted to a stranger", false, decision.permitted()));
  for (const v1::DeniedCategory& denied : decision.denied_categories()) {
    NWD_RETURN_IF_ERROR(Same("what a stranger learns", v1::DenialReason_Name(v1::DENIAL_REASON_NO_BASIS),
                             v1::DenialReason_Name(denied.reason())));
  }
  return "5 ways tried: unnamed, borrowed reference, other purpose, other mode, no basis";
}

Figure StandingReads(World& world) {
  int reads = 0;
  for (const Person& person : world.people) {
    if (person.shape != Shape::kStanding) continue;
    v1::GetRecordRequest request = Reading(person.refs.at(std::string(kPartner)), person.standing);
    request.set_purpose(PURPOSE_EMPLOYMENT_SUPPORT);
    request.set_mode(v1::SHARING_MODE_VIEW);
    NWD_ASSIGN_OR_RETURN(const auto record, world.Call<v1::GetRecordResponse>(kPartner, request));
    for (const v1::RecordEntry& entry : record.entries()) {
      NWD_RETURN_IF_ERROR(Holds("a standing consent opens what it covers", Covers(person.standing, entry.category())));
    }
    NWD_RETURN_IF_ERROR(Same("sections read under a standing consent", 2, record.entries_size()));
    ++reads;
  }
  return Cat(reads, " read by ", kPartner, " with no referral open");
}

Figure DisclosuresAreListed(World& world) {
  int listed = 0;
  for (const Case& referral : world.cases) {
    if (!referral.read) continue;
    v1::ListDisclosuresRequest request;
    request.set_person_ref(world.people[referral.person].refs.at(referral.referrer));
    request.set_recipient_organisation_id(world.IdOf(referral.receiver));
    NWD_ASSIGN_OR_RETURN(const auto disclosures, world.Call<v1::ListDisclosuresResponse>(referral.referrer, request));
    const std::string& consent_id = world.people[referral.person].consent.consent_id;
    const bool found = std::any_of(disclosures.disclosures().begin(), disclosures.disclosures().end(),
                                   [&](const v1::Disclosure& one) { return one.consent_id() == consent_id; });
    NWD_RETURN_IF_ERROR(Holds("every read is listed to the organisation the data came from", found));
    ++listed;
  }
  return Cat(listed, " found by the organisations the data came from");
}

}  // namespace

void TellRecords(World& world, Story& story) {
  story.Chapter("The record: read as far as consent reaches");
  story.Step("receivers read what the consent covers, no more", [&] { return ReadAll(world, story); });
  story.Step("nobody else reads anything", [&] { return OthersReadNothing(world); });
  story.Step("a standing consent needs no referral", [&] { return StandingReads(world); });
  story.Step("who saw what can be listed", [&] { return DisclosuresAreListed(world); });
}

}  // namespace nwd::demo
