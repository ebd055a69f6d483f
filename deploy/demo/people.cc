// People walk in at four different doors, are registered once, and tell their story once.
#include <algorithm>

#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "deploy/demo/chapters.h"
#include "nwd/consent/v1/person_service.pb.h"

namespace nwd::demo {
namespace {

namespace v1 = consent::v1;
using Figure = absl::StatusOr<std::string>;

// By the last digit of a person's number.
constexpr Shape kShapes[10] = {Shape::kBroad,    Shape::kBroad,       Shape::kBroad,    Shape::kBroad,
                               Shape::kBroad,    Shape::kLimited,     Shape::kStanding, Shape::kRefused,
                               Shape::kDeferred, Shape::kSelfCaptured};

v1::RegisterPersonRequest RegistrationOf(const MadeUpPerson& who) {
  v1::RegisterPersonRequest request;
  v1::PersonDetails& details = *request.mutable_details();
  details.set_full_name(who.full_name);
  details.set_date_of_birth(absl::FormatCivilTime(who.born));
  details.set_postcode(who.postcode);
  details.set_nino(who.nino);
  details.set_nhs_number(who.nhs_number);
  details.set_uln(who.uln);
  return request;
}

absl::Status Register(World& world, Person& person, const std::string& slug) {
  NWD_ASSIGN_OR_RETURN(const auto registered,
                       world.Call<v1::RegisterPersonResponse>(slug, RegistrationOf(person.made_up)));
  if (registered.person_ref().empty()) return Unexpected("a registration", "a reference of the person", "none");
  person.refs[slug] = registered.person_ref();
  return absl::OkStatus();
}

Figure RegisterAll(World& world) {
  const std::vector<std::string> doors = Registrars();
  const absl::Time begin = absl::Now();
  NWD_RETURN_IF_ERROR(InParallel(world.people.size(), [&](int i) {
    world.people[i].registrar = doors[i % doors.size()];
    return Register(world, world.people[i], world.people[i].registrar);
  }));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  return absl::StrFormat("%d people at %d doors; %.0f a second, each durable", world.people.size(), doors.size(),
                         world.people.size() / seconds);
}

// Whoever else meets a person: the partner of standing consents, the college that captures its own, and some who happen
// to know them.
Figure RegisterAgain(World& world) {
  std::atomic<int> again = 0;
  const absl::Status done = InParallel(world.people.size(), [&](int i) -> absl::Status {
    Person& person = world.people[i];
    std::vector<std::string_view> others;
    if (person.shape == Shape::kStanding) others = {kPartner};
    if (person.shape == Shape::kSelfCaptured) others = {kCollege};
    if (i == 0) others = {"lambeth", "southwark", "advice-network", kCollege, kPartner, kUnrelated};
    for (const std::string_view other : others) {
      if (person.registrar == other) continue;
      NWD_RETURN_IF_ERROR(Register(world, person, std::string(other)));
      const bool different = person.refs.at(std::string(other)) != person.refs.at(person.registrar);
      NWD_RETURN_IF_ERROR(Holds("two organisations have different references of one person", different));
      ++again;
    }
    // The same door again gives the same reference.
    const std::string before = person.refs.at(person.registrar);
    if (i % 10 == 0) {
      NWD_RETURN_IF_ERROR(Register(world, person, person.registrar));
      NWD_RETURN_IF_ERROR(
          Same("the reference from a second registration at the same door", before, person.refs.at(person.registrar)));
    }
    return absl::OkStatus();
  });
  NWD_RETURN_IF_ERROR(done);
  return Cat(again.load(), " known already; every organisation has a reference of its own");
}

// Somebody comes to another door without their papers. Who they may be is confirmed by a number, and by no likeness.
Figure MatchesAreConfirmed(World& world) {
  const auto known = std::find_if(world.people.begin(), world.people.end(),
                                  [](const Person& person) { return !person.made_up.nino.empty(); });
  NWD_RETURN_IF_ERROR(Holds("somebody has a National Insurance number", known != world.people.end()));
  v1::RegisterPersonRequest without = RegistrationOf(known->made_up);
  without.mutable_details()->clear_nino();
  without.mutable_details()->clear_nhs_number();
  without.mutable_details()->clear_uln();
  v1::ConfirmMatchRequest confirm;
  confirm.set_person_present(true);

  NWD_ASSIGN_OR_RETURN(auto registered, world.Call<v1::RegisterPersonResponse>(kUnrelated, without));
  NWD_RETURN_IF_ERROR(Holds("somebody registered may be this person", registered.has_possible_match()));
  confirm.set_match_token(registered.possible_match().match_token());
  confirm.set_nino("AB 00 00 00 A");
  NWD_RETURN_IF_ERROR(Refused("a number that is not theirs",
                              world.Call<v1::ConfirmMatchResponse>(kUnrelated, confirm).status(),
                              absl::StatusCode::kPermissionDenied));

  NWD_ASSIGN_OR_RETURN(registered, world.Call<v1::RegisterPersonResponse>(kUnrelated, without));
  confirm.set_match_token(registered.possible_match().match_token());
  confirm.set_nino(known->made_up.nino);
  NWD_RETURN_IF_ERROR(world.Call<v1::ConfirmMatchResponse>(kUnrelated, confirm).status());
  v1::SplitPersonRequest split;
  split.set_person_ref(registered.person_ref());
  NWD_RETURN_IF_ERROR(world.Call<v1::SplitPersonResponse>(kUnrelated, split).status());
  return Cat(registered.possible_match().agreed_fields_size(),
             " fields agreed, nothing else shown; a wrong number joins nobody, theirs does, and it can be undone");
}

Figure SomebodyIsTurnedTo(World& world) {
  for (const Person& person : world.people) {
    v1::SetMainContactRequest request;
    request.set_person_ref(person.refs.at(person.registrar));
    NWD_RETURN_IF_ERROR(world.Call<v1::SetMainContactResponse>(person.registrar, request).status());
  }
  // Whoever else knows a person sees whom to ask.
  const Person& known = world.people.front();
  v1::GetPersonRequest get;
  get.set_person_ref(known.refs.at(std::string(kUnrelated)));
  NWD_ASSIGN_OR_RETURN(const auto seen, world.Call<v1::GetPersonResponse>(kUnrelated, get));
  NWD_RETURN_IF_ERROR(Same("whom another desk is shown as main contact", world.IdOf(known.registrar),
                           seen.main_contact_organisation_id()));
  return Cat(world.people.size(), " people, each with one organisation that the others turn to");
}

Figure BadNumbersAreRefused(World& world) {
  MadeUpPerson who = world.people.front().made_up;
  who.nino = "QQ 12 34 56 C";
  who.nhs_number = "9990000001";
  who.postcode = "NOWHERE";
  const auto registered = world.Call<v1::RegisterPersonResponse>("lambeth", RegistrationOf(who));
  NWD_RETURN_IF_ERROR(
      Refused("a registration with a wrong number", registered.status(), absl::StatusCode::kInvalidArgument));
  return "INVALID_ARGUMENT, every wrong field named";
}

v1::RecordSection Identity(const MadeUpPerson& who) {
  v1::RecordSection section;
  auto& identity = *section.mutable_identity();
  identity.set_full_name(who.full_name);
  identity.set_preferred_name(who.preferred_name);
  identity.set_date_of_birth(absl::FormatCivilTime(who.born));
  identity.set_language(who.language);
  identity.set_interpreter_needed(who.language != "en");
  for (const std::string& need : who.access_needs) identity.add_access_needs(need);
  return section;
}

v1::RecordSection Contact(const MadeUpPerson& who) {
  v1::RecordSection section;
  auto& contact = *section.mutable_contact();
  contact.set_postcode(who.postcode);
  contact.set_phone(who.phone);
  // Somebody who rebuilds their life after abuse is not to be found by it.
  contact.set_confidential(who.needs.front().code == "abuse");
  return section;
}

v1::RecordSection Circumstances(const MadeUpPerson& who) {
  v1::RecordSection section;
  auto& circumstances = *section.mutable_circumstances();
  for (const Need& need : who.needs) {
    auto& added = *circumstances.add_needs();
    added.set_code(need.code);
    added.set_weight(circumstances.needs_size() == 1 ? 3 : 1);
    added.set_notes(need.text);
  }
  circumstances.set_months_out_of_work(who.months_out_of_work);
  for (const std::string& group : who.priority_groups) circumstances.add_priority_groups(group);
  return section;
}

v1::RecordSection Goals(const MadeUpPerson& who) {
  v1::RecordSection section;
  for (const std::string& goal : who.goals) section.mutable_goals()->add_goals(goal);
  return section;
}

v1::RecordSection Demographics() {
  v1::RecordSection section;
  section.mutable_demographics()->mutable_religion()->set_prefer_not_to_say(true);
  section.mutable_demographics()->mutable_disability()->set_value("No");
  return section;
}

v1::RecordSection Skills() {
  v1::RecordSection section;
  section.mutable_skills()->set_english_level("entry 3");
  section.mutable_skills()->add_skills("customer service");
  return section;
}

absl::Status Put(World& world, const Person& person, const std::string& slug, const v1::RecordSection& section) {
  v1::PutRecordRequest request;
  request.set_person_ref(person.refs.at(slug));
  *request.mutable_section() = section;
  NWD_ASSIGN_OR_RETURN(const auto put, world.Call<v1::PutRecordResponse>(slug, request));
  return Same("the version of a section put in first", 1, put.version());
}

Figure PutRecords(World& world) {
  const absl::Time begin = absl::Now();
  std::atomic<int> sections = 0;
  const absl::Status done = InParallel(world.people.size(), [&](int i) -> absl::Status {
    const Person& person = world.people[i];
    for (const v1::RecordSection& section : {Identity(person.made_up), Contact(person.made_up),
                                             Circumstances(person.made_up), Goals(person.made_up), Demographics()}) {
      NWD_RETURN_IF_ERROR(Put(world, person, person.registrar, section));
      ++sections;
    }
    if (person.shape != Shape::kSelfCaptured) return absl::OkStatus();
    ++sections;
    return Put(world, person, std::string(kCollege), Skills());
  });
  NWD_RETURN_IF_ERROR(done);
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  return absl::StrFormat("%d sections, encrypted under %d keys; %.0f a second", sections.load(), world.people.size(),
                         sections / seconds);
}

Figure StrangersCannotPut(World& world) {
  v1::PutRecordRequest request;
  request.set_person_ref(world.people.front().refs.at(world.people.front().registrar));
  *request.mutable_section() = Skills();
  const auto put = world.Call<v1::PutRecordResponse>(kUnrelated, request);
  NWD_RETURN_IF_ERROR(
      Refused("putting in under another's reference", put.status(), absl::StatusCode::kPermissionDenied));
  return "PERMISSION_DENIED";
}

}  // namespace

void TellPeople(World& world, Story& story, std::vector<MadeUpPerson> cohort) {
  for (MadeUpPerson& who : cohort) {
    Person& person = world.people.emplace_back();
    person.made_up = std::move(who);
    person.shape = kShapes[(world.people.size() - 1) % std::size(kShapes)];
  }
  story.Chapter("People: they tell their story once");
  story.Step("people are registered wherever they walk in", [&] { return RegisterAll(world); });
  story.Step("at another door they are known, under another name", [&] { return RegisterAgain(world); });
  story.Step("who may be known is asked for one more number", [&] { return MatchesAreConfirmed(world); });
  story.Step("one organisation is whom each turns to", [&] { return SomebodyIsTurnedTo(world); });
  story.Step("numbers that cannot be are refused", [&] { return BadNumbersAreRefused(world); });
  story.Step("their records are put in", [&] { return PutRecords(world); });
  story.Step("one organisation's reference is no use to another", [&] { return StrangersCannotPut(world); });
  story.Count("people", static_cast<int64_t>(world.people.size()));
}

}  // namespace nwd::demo
