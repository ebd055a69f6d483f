// What people agree to, in their own different ways.
#include <array>

#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "deploy/demo/chapters.h"

namespace nwd::demo {
namespace {

namespace v1 = consent::v1;
using namespace common::v1;  // NOLINT: the words of the vocabulary
using Figure = absl::StatusOr<std::string>;

constexpr absl::Duration kValid = absl::Hours(24 * 180);
constexpr int kRetentionDays = 365;
constexpr char kEnglish[] =
    "May we share what you told us with the organisations on this list, so that they can help you? You can say no, and "
    "you can change your mind "
    "at any time.";
constexpr char kPolish[] =
    "Czy możemy przekazać to, co nam Państwo powiedzieli, organizacjom z tej listy, aby mogły pomóc? Mogą Państwo "
    "odmówić i w każdej chwili "
    "zmienić zdanie.";

struct Texts {
  std::string english;
  std::string polish;
};

absl::StatusOr<std::string> CreateText(World& world, const std::string& slug, const char* text, const char* language,
                                       const std::string& translation_of = "") {
  v1::CreateTextRequest request;
  request.set_translation_of_sha256(translation_of);
  request.set_text(text);
  request.set_language(language);
  request.set_version("2026-1");
  NWD_ASSIGN_OR_RETURN(const auto created, world.Call<v1::CreateTextResponse>(slug, request));
  return created.text_sha256();
}

Figure CreateTexts(World& world, Texts& texts) {
  std::vector<std::string> captors = Registrars();
  captors.emplace_back(kCollege);
  for (const std::string& slug : captors) {
    NWD_ASSIGN_OR_RETURN(texts.english, CreateText(world, slug, kEnglish, "en"));
    NWD_ASSIGN_OR_RETURN(texts.polish, CreateText(world, slug, kPolish, "pl", texts.english));
  }
  v1::GetTextRequest request;
  request.set_text_sha256(texts.polish);
  NWD_ASSIGN_OR_RETURN(const auto kept, world.Call<v1::GetTextResponse>("lambeth", request));
  NWD_RETURN_IF_ERROR(Same<std::string>("the text as it is kept", kPolish, kept.text().text()));
  NWD_RETURN_IF_ERROR(Same("the translations of the Polish text", 1, kept.translations_size()));
  NWD_RETURN_IF_ERROR(Same<std::string>("the text it translates", texts.english, kept.translations(0).text_sha256()));
  return "a text and its translation, kept exactly as they were shown";
}

v1::ConsentTerms TermsFor(World& world, const Person& person, const KnownConsent& consent, const Texts& texts,
                          int number) {
  static constexpr std::array kMethods = {v1::CAPTURE_METHOD_WRITTEN, v1::CAPTURE_METHOD_SPOKEN,
                                          v1::CAPTURE_METHOD_DIGITAL};
  v1::ConsentTerms terms;
  terms.set_purpose(PURPOSE_REFERRAL);
  for (const Category category : consent.categories) {
    auto& added = *terms.add_categories();
    added.set_category(category);
    added.set_necessity("so that you need not tell it again");
  }
  for (const std::string& slug : consent.recipients) terms.add_recipient_organisation_ids(world.IdOf(slug));
  terms.set_mode(v1::SHARING_MODE_STORE);
  *terms.mutable_valid_until() = ToProto(absl::Now() + kValid);
  terms.set_retention_days(kRetentionDays);
  terms.set_method(kMethods[number % kMethods.size()]);
  const bool polish = person.made_up.language == "pl";
  terms.set_language(polish ? "pl" : "en");
  terms.set_text_sha256(polish ? texts.polish : texts.english);
  return terms;
}

absl::Status Capture(World& world, const Person& person, KnownConsent& consent, const v1::ConsentTerms& terms,
                     v1::ConsentState decision) {
  v1::CreateConsentRequest create;
  create.set_person_ref(person.refs.at(consent.captor));
  *create.mutable_terms() = terms;
  create.set_request(true);
  NWD_ASSIGN_OR_RETURN(const auto created, world.Call<v1::CreateConsentResponse>(consent.captor, create));
  NWD_RETURN_IF_ERROR(Same("the state of a consent put to the person",
                           v1::ConsentState_Name(v1::CONSENT_STATE_REQUESTED), v1::ConsentState_Name(created.state())));
  v1::RecordDecisionRequest decide;
  decide.set_consent_id(created.consent_id());
  decide.set_etag(created.etag());
  decide.set_decision(decision);
  NWD_ASSIGN_OR_RETURN(const auto decided, world.Call<v1::RecordDecisionResponse>(consent.captor, decide));
  consent.consent_id = created.consent_id();
  consent.etag = decided.etag();
  return Same("the state of a consent as decided", v1::ConsentState_Name(decision),
              v1::ConsentState_Name(decided.state()));
}

// Whom the person names, for what; not yet captured.
void Fill(Person& person) {
  KnownConsent& consent = person.consent;
  consent.captor = person.registrar;
  consent.categories = {CATEGORY_IDENTITY, CATEGORY_CONTACT, CATEGORY_CIRCUMSTANCES, CATEGORY_GOALS};
  for (const std::string& slug : Receivers()) {
    if (slug != person.registrar) consent.recipients.push_back(slug);
  }
  if (person.shape == Shape::kLimited) {
    consent.categories = {CATEGORY_IDENTITY, CATEGORY_CONTACT};
    consent.recipients = {"advice-network", std::string(kCollege)};
  }
  if (person.shape == Shape::kSelfCaptured) {
    consent.captor = kCollege;
    consent.categories = {CATEGORY_IDENTITY, CATEGORY_SKILLS};
    consent.recipients = {std::string(kCollege)};
  }
  if (person.shape == Shape::kStanding) {
    person.standing = {.consent_id = {},
                       .etag = {},
                       .captor = person.registrar,
                       .recipients = {std::string(kPartner)},
                       .categories = {CATEGORY_IDENTITY, CATEGORY_GOALS}};
  }
}

absl::Status CaptureFor(World& world, Person& person, const Texts& texts, int number) {
  Fill(person);
  v1::ConsentTerms terms = TermsFor(world, person, person.consent, texts, number);
  v1::ConsentState decision = v1::CONSENT_STATE_GIVEN;
  if (person.shape == Shape::kRefused) decision = v1::CONSENT_STATE_REFUSED;
  if (person.shape == Shape::kDeferred) decision = v1::CONSENT_STATE_DEFERRED;
  if (person.shape == Shape::kSelfCaptured) {
    terms.set_purpose(PURPOSE_SKILLS_TRAINING);
    terms.set_standing(true);
  }
  NWD_RETURN_IF_ERROR(Capture(world, person, person.consent, terms, decision));
  if (person.shape != Shape::kStanding) return absl::OkStatus();

  v1::ConsentTerms standing = TermsFor(world, person, person.standing, texts, number);
  standing.set_purpose(PURPOSE_EMPLOYMENT_SUPPORT);
  standing.set_mode(v1::SHARING_MODE_VIEW);
  standing.set_standing(true);
  return Capture(world, person, person.standing, standing, v1::CONSENT_STATE_GIVEN);
}

Figure CaptureAll(World& world, Story& story, const Texts& texts) {
  NWD_RETURN_IF_ERROR(
      InParallel(world.people.size(), [&](int i) { return CaptureFor(world, world.people[i], texts, i); }));
  std::map<Shape, int> shapes;
  for (const Person& person : world.people) ++shapes[person.shape];
  std::string figure;
  for (const auto& [shape, count] : shapes) figure += Cat(figure.empty() ? "" : ", ", count, " ", ShapeName(shape));
  story.Count("consents", static_cast<int64_t>(world.people.size()) + shapes[Shape::kStanding]);
  return figure;
}

Figure DeferredIsAskedAgain(World& world) {
  int asked = 0;
  for (Person& person : world.people) {
    if (person.shape != Shape::kDeferred) continue;
    v1::RequestConsentRequest request;
    request.set_consent_id(person.consent.consent_id);
    request.set_etag(person.consent.etag);
    NWD_ASSIGN_OR_RETURN(const auto again, world.Call<v1::RequestConsentResponse>(person.registrar, request));
    // Whoever built on what was before is told so, and nothing changes.
    const auto stale = world.Call<v1::RequestConsentResponse>(person.registrar, request);
    NWD_RETURN_IF_ERROR(Refused("a change that builds on a stale etag", stale.status(), absl::StatusCode::kAborted));
    v1::RecordDecisionRequest decide;
    decide.set_consent_id(person.consent.consent_id);
    decide.set_etag(again.etag());
    decide.set_decision(v1::CONSENT_STATE_DEFERRED);
    NWD_ASSIGN_OR_RETURN(const auto decided, world.Call<v1::RecordDecisionResponse>(person.registrar, decide));
    person.consent.etag = decided.etag();
    ++asked;
  }
  return Cat(asked, " asked again and still thinking; a stale etag is ABORTED");
}

Figure RefusedStaysRefused(World& world) {
  int tried = 0;
  for (const Person& person : world.people) {
    if (person.shape != Shape::kRefused) continue;
    v1::RecordDecisionRequest decide;
    decide.set_consent_id(person.consent.consent_id);
    decide.set_etag(person.consent.etag);
    decide.set_decision(v1::CONSENT_STATE_GIVEN);
    const auto decided = world.Call<v1::RecordDecisionResponse>(person.registrar, decide);
    NWD_RETURN_IF_ERROR(Refused("turning a no into a yes", decided.status(), absl::StatusCode::kFailedPrecondition));
    ++tried;
  }
  return Cat(tried, " tried, FAILED_PRECONDITION");
}

Figure SelfCapturedOpensOnlyOwn(World& world) {
  int read = 0;
  for (const Person& person : world.people) {
    if (person.shape != Shape::kSelfCaptured) continue;
    v1::GetRecordRequest request;
    request.set_person_ref(person.refs.at(std::string(kCollege)));
    request.set_purpose(PURPOSE_SKILLS_TRAINING);
    request.add_categories(CATEGORY_IDENTITY);
    request.add_categories(CATEGORY_SKILLS);
    request.set_mode(v1::SHARING_MODE_VIEW);
    request.set_consent_id(person.consent.consent_id);
    NWD_ASSIGN_OR_RETURN(const auto own, world.Call<v1::GetRecordResponse>(kCollege, request));
    for (const auto& entry : own.entries()) {
      NWD_RETURN_IF_ERROR(Same<std::string>("whose data a consent opens that its own recipient captured",
                                            std::string(kCollege), world.SlugOf(entry.source_organisation_id())));
    }
    v1::CorroborateConsentRequest corroborate;
    corroborate.set_consent_id(person.consent.consent_id);
    NWD_RETURN_IF_ERROR(world.Call<v1::CorroborateConsentResponse>(person.registrar, corroborate).status());
    NWD_ASSIGN_OR_RETURN(const auto all, world.Call<v1::GetRecordResponse>(kCollege, request));
    const bool opened = std::any_of(all.entries().begin(), all.entries().end(), [&](const v1::RecordEntry& entry) {
      return entry.category() == CATEGORY_IDENTITY && world.SlugOf(entry.source_organisation_id()) == person.registrar;
    });
    NWD_RETURN_IF_ERROR(
        Holds("once corroborated, the consent opens what the corroborating organisation put in", opened));
    ++read;
  }
  return Cat(read, " opened the college's own data only; all of it once corroborated");
}

}  // namespace

void TellConsents(World& world, Story& story) {
  Texts texts;
  story.Chapter("Consent: what people agree to");
  story.Step("the texts people are asked to agree to are kept", [&] { return CreateTexts(world, texts); });
  story.Step("people decide", [&] { return CaptureAll(world, story, texts); });
  story.Step("who wants to think is asked again", [&] { return DeferredIsAskedAgain(world); });
  story.Step("a no stays a no", [&] { return RefusedStaysRefused(world); });
  story.Step("nobody can mint their own key", [&] { return SelfCapturedOpensOnlyOwn(world); });
}

}  // namespace nwd::demo
