#include "services/directory/feed_service_entry.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "absl/strings/ascii.h"
#include "common/base/strings.h"
#include "common/text/controls.h"
#include "common/text/html.h"
#include "common/text/utf8.h"
#include "services/directory/feed_contacts.h"
#include "services/directory/feed_places.h"
#include "services/directory/limits.h"

namespace nwd::directory {
namespace {

using json::Array;
using json::AsObject;
using json::Element;
using json::FindArray;
using json::FindId;
using json::FindNumber;
using json::FindObject;
using json::FindText;
using json::Object;

bool IsPlain(std::string_view text) {
  return !text::HasControl(text) && !text::HasLineBreak(text) && !text::HasDirection(text);
}

// An id that can be part of a key and of a message.
bool IsUsableId(std::string_view id) {
  return id.size() <= kExternalIdBytesMax && !absl::StripAsciiWhitespace(AbslView(id)).empty() && IsPlain(id);
}

std::string WantsUsableId() {
  return Cat("must have 1 to ", kExternalIdBytesMax, " bytes, not all of them spaces, and no control characters");
}

std::optional<std::string> ReadUrl(Object service, FeedProblems& problems) {
  std::optional<std::string> url = FindText(service, "url", "", problems);
  if (!url) return std::nullopt;
  absl::StripAsciiWhitespace(&*url);
  if (url->empty()) return std::nullopt;
  const bool web = url->starts_with("http://") || url->starts_with("https://");
  const bool plain = IsPlain(*url) && url->find(' ') == std::string::npos;
  if (web && plain && url->size() <= kUrlBytesMax) return url;
  if (plain && url->starts_with("www.") && url->size() < kUrlBytesMax) return Cat("http://", *url);
  problems.Field("url", "is not an http or https address; it was dropped");
  return std::nullopt;
}

// Absent means offered: ORUK requires a status, feeds forget it.
bool ReadActive(Object service, FeedProblems& problems) {
  std::optional<std::string> status = FindText(service, "status", "", problems);
  if (!status) return true;
  absl::AsciiStrToLower(&*status);
  absl::StripAsciiWhitespace(&*status);
  if (*status == "active" || status->empty()) return true;
  if (*status != "inactive" && *status != "defunct" && *status != "temporarily closed") {
    problems.Field("status",
                   "is none of active, inactive, defunct, temporarily closed; the service counts as inactive");
  }
  return false;
}

std::optional<int> ReadAge(Object from, std::string_view key, std::string_view path, FeedProblems& problems) {
  const std::optional<double> age = FindNumber(from, key, path, problems);
  if (!age) return std::nullopt;
  if (*age >= 0 && *age <= kAgeMax) {
    const int whole = static_cast<int>(*age);
    if (whole != *age) problems.Field(json::Join(path, key), Cat("is not a whole number; it was read as ", whole));
    return whole;
  }
  problems.Field(json::Join(path, key), Cat("is not an age from 0 to ", kAgeMax, "; it counts as not said"));
  return std::nullopt;
}

void ReadAges(Object from, std::string_view path, v1::Service& service, FeedProblems& problems) {
  const std::optional<int> minimum = ReadAge(from, "minimum_age", path, problems);
  const std::optional<int> maximum = ReadAge(from, "maximum_age", path, problems);
  if (minimum && maximum && *minimum > *maximum) {
    problems.Field(json::Join(path, "minimum_age"), "is above maximum_age; both count as not said");
    return;
  }
  if (minimum) service.set_minimum_age(*minimum);
  if (maximum) service.set_maximum_age(*maximum);
}

// ORUK v1 keeps ages here.
void ReadEligibility(Object entry, v1::Service& service, FeedProblems& problems) {
  const std::optional<Array> list = FindArray(entry, "eligibility", "", problems);
  if (!list || list->size() == 0) return;
  const std::optional<Object> first = AsObject(list->at(0).value_unsafe(), "eligibility[0]", problems);
  if (first && !service.has_minimum_age() && !service.has_maximum_age()) {
    ReadAges(*first, "eligibility[0]", service, problems);
  }
}

struct Term {
  std::string code;
  std::string name;
  std::string taxonomy;
};

std::optional<Term> ReadTerm(Object from, std::string_view path, FeedProblems& problems) {
  Term term;
  auto text = [&](std::string_view key) {
    const std::optional<std::string> value = FindText(from, key, path, problems);
    return value ? CleanText(*value, kNameBytesMax, json::Join(path, key), problems) : std::string();
  };
  term.name = text("name");
  term.code = text("code");
  if (term.code.empty()) term.code = term.name;  // the profile lets a term have no code
  if (term.code.empty()) term.code = text("id");
  if (term.name.empty()) term.name = term.code;
  term.taxonomy = text("taxonomy");
  if (term.taxonomy.empty()) term.taxonomy = text("vocabulary");
  if (term.code.empty()) {
    problems.Field(path, "has neither a code nor a name; it was dropped");
    return std::nullopt;
  }
  return term;
}

void ReadCategories(Object entry, std::string_view list, std::string_view term_key, v1::Service& service,
                    FeedProblems& problems) {
  const std::optional<Array> attributes = FindArray(entry, list, "", problems);
  if (!attributes) return;
  size_t index = 0;
  for (const Element element : *attributes) {
    const std::string path = json::Join("", list, index++);
    const std::optional<Object> attribute = AsObject(element, path, problems);
    if (!attribute) continue;
    if (json::IsAbsent(*attribute, term_key)) problems.Field(path, Cat("holds no ", term_key, "; it was dropped"));
    const std::optional<Object> found = FindObject(*attribute, term_key, path, problems);
    if (!found) continue;
    const std::optional<Term> term = ReadTerm(*found, json::Join(path, term_key), problems);
    if (!term) continue;
    const bool known =
        std::any_of(service.categories().begin(), service.categories().end(), [&](const v1::ServiceCategory& category) {
          return category.code() == term->code && category.taxonomy() == term->taxonomy;
        });
    if (known) continue;
    if (service.categories_size() >= kCategoriesMax) {
      problems.Field(path, Cat("and what follows is beyond the ", kCategoriesMax,
                               " categories a service may have; they were dropped"));
      return;
    }
    v1::ServiceCategory& category = *service.add_categories();
    category.set_code(term->code);
    category.set_name(term->name);
    category.set_taxonomy(term->taxonomy);
  }
}

void ReadBoroughs(Object entry, const Areas& areas, v1::Service& service, FeedProblems& problems) {
  const std::optional<Array> list = FindArray(entry, "service_areas", "", problems);
  if (!list) return;
  std::set<std::string> boroughs;
  size_t index = 0;
  for (const Element element : *list) {
    const std::string path = json::Join("", "service_areas", index++);
    const std::optional<Object> area = AsObject(element, path, problems);
    if (!area) continue;
    bool known = false;
    bool outside = false;
    for (const std::string_view key : {"extent", "uri", "name", "service_area"}) {
      const std::optional<std::string> text = FindText(*area, key, path, problems);
      if (!text) continue;
      Areas::Found found = areas.Resolve(*text);
      outside |= found.kind == Areas::Kind::kOutside;
      if (found.kind != Areas::Kind::kKnown) continue;
      known = true;
      boroughs.insert(found.boroughs.begin(), found.boroughs.end());
      break;
    }
    if (known) continue;
    problems.Field(path, outside ? "is an area outside London; it was dropped"
                                 : "names no area of London we know; it was dropped");
  }
  service.mutable_boroughs()->Add(boroughs.begin(), boroughs.end());
}

void ReadProvider(Object entry, storage::StagedService& staged, FeedProblems& problems) {
  std::optional<std::string> id;
  std::string_view field = "organization.id";
  if (const std::optional<Object> organisation = FindObject(entry, "organization", "", problems)) {
    id = FindId(*organisation, "id", "organization", problems);
    if (const std::optional<std::string> name = FindText(*organisation, "name", "organization", problems)) {
      staged.mutable_service()->set_provider_name(CleanText(*name, kNameBytesMax, "organization.name", problems));
    }
  }
  if (!id) {
    field = "organization_id";
    id = FindId(entry, field, "", problems);
  }
  if (!id) {
    if (json::IsNull(entry, "organization")) problems.Field("organization", "is null; no provider can be linked");
  } else if (IsUsableId(*id)) {
    staged.set_provider_external_id(*id);
  } else {
    problems.Field(field, Cat(WantsUsableId(), "; no provider can be linked"));
  }
}

}  // namespace

std::string CleanText(std::string_view text, size_t bytes_max, std::string_view field, FeedProblems& problems) {
  bool left_out = false;
  std::string clean = text::StripHtml(text, &left_out);
  if (left_out) problems.Field(field, "held control characters; they were left out");
  if (clean.size() > bytes_max) {
    problems.Field(field, Cat("is longer than ", bytes_max, " bytes; it was cut"));
    clean.resize(text::Truncate(clean, bytes_max).size());
  }
  return clean;
}

std::optional<storage::StagedService> ReadFeedService(Element element, const Areas& areas,
                                                      const geo::Gazetteer& gazetteer, FeedProblems& problems) {
  Object entry;
  if (element.get(entry) != simdjson::SUCCESS) {
    problems.LeftOut("", "is not an object, which a service must be");
    return std::nullopt;
  }
  storage::StagedService staged;
  v1::Service& service = *staged.mutable_service();
  const std::optional<std::string> id = json::RequireId(entry, "id", problems);
  if (!id) return std::nullopt;
  if (!IsUsableId(*id)) {
    problems.LeftOut("id", WantsUsableId());
    return std::nullopt;
  }
  service.set_external_id(*id);
  const std::optional<std::string> name = json::RequireText(entry, "name", problems);
  if (!name) return std::nullopt;
  service.set_name(CleanText(*name, kNameBytesMax, "name", problems));
  if (service.name().empty()) {
    problems.LeftOut("name", "must not be empty");
    return std::nullopt;
  }
  if (const std::optional<std::string> description = FindText(entry, "description", "", problems)) {
    service.set_description(CleanText(*description, kDescriptionBytesMax, "description", problems));
  }
  if (const std::optional<std::string> url = ReadUrl(entry, problems)) service.set_url(*url);
  service.set_active(ReadActive(entry, problems));
  ReadProvider(entry, staged, problems);
  ReadCategories(entry, "attributes", "taxonomy_term", service, problems);
  ReadCategories(entry, "link_taxonomy", "taxonomy", service, problems);  // ORUK v1
  ReadAges(entry, "", service, problems);
  ReadEligibility(entry, service, problems);
  ReadBoroughs(entry, areas, service, problems);
  ReadFeedPlaces(entry, areas, gazetteer, service, problems);
  ReadFeedContacts(entry, service, problems);
  return staged;
}

}  // namespace nwd::directory
