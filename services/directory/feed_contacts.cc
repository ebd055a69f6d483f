#include "services/directory/feed_contacts.h"

#include "absl/strings/ascii.h"
#include "common/base/strings.h"
#include "common/identifiers/contact.h"
#include "services/directory/feed_service_entry.h"
#include "services/directory/limits.h"

namespace nwd::directory {
namespace {

using json::Array;
using json::AsObject;
using json::Element;
using json::FindArray;
using json::FindText;
using json::Object;

std::string_view Trim(std::string_view text) { return StdView(absl::StripAsciiWhitespace(AbslView(text))); }

// The longest stretch made of what telephone numbers are written with.
std::string_view LongestNumber(std::string_view text) {
  constexpr std::string_view kWritten = "0123456789+()-. ";
  std::string_view longest;
  for (size_t at = text.find_first_of(kWritten); at != std::string_view::npos; at = text.find_first_of(kWritten, at)) {
    const size_t end = std::min(text.find_first_not_of(kWritten, at), text.size());
    if (end - at > longest.size()) longest = text.substr(at, end - at);
    at = end;
  }
  return Trim(longest);
}

bool Add(v1::Service& service, v1::ServiceContact contact, std::string_view path, FeedProblems& problems) {
  if (contact.phone().empty() && contact.email().empty()) return false;
  if (service.contacts_size() < kContactsMax) {
    *service.add_contacts() = std::move(contact);
  } else {
    problems.Field(path, Cat("is beyond the ", kContactsMax, " contacts a service may have; it was dropped"));
  }
  return true;
}

std::string ReadEmail(Object from, std::string_view path, FeedProblems& problems) {
  const std::optional<std::string> text = FindText(from, "email", path, problems);
  if (!text || Trim(*text).empty()) return "";
  identifiers::Checked email = identifiers::CheckEmail(*text);
  if (email.ok()) return std::move(email.value);
  problems.Field(json::Join(path, "email"), "is not an e-mail address; it was dropped");
  return "";
}

// A contact for each number; the e-mail goes with the first.
void ReadPhones(Object from, std::string_view path, v1::ServiceContact contact, v1::Service& service,
                FeedProblems& problems) {
  const std::string name = contact.name();
  if (const std::optional<Array> phones = FindArray(from, "phones", path, problems)) {
    size_t index = 0;
    for (const Element element : *phones) {
      const std::string at = json::Join(path, "phones", index++);
      const std::optional<Object> phone = AsObject(element, at, problems);
      if (!phone) continue;
      const std::optional<std::string> text = FindText(*phone, "number", at, problems);
      if (!text || Trim(*text).empty()) continue;
      LabelledPhone split = SplitPhone(*text);
      if (split.number.empty()) {
        problems.Field(json::Join(at, "number"), "is not a telephone number; it was dropped");
        continue;
      }
      contact.set_phone(std::move(split.number));
      if (contact.name().empty())
        contact.set_name(CleanText(split.label, kNameBytesMax, json::Join(at, "number"), problems));
      if (Add(service, std::exchange(contact, {}), at, problems)) contact.set_name(name);
    }
  }
  Add(service, std::move(contact), json::Join(path, "email"), problems);
}

}  // namespace

LabelledPhone SplitPhone(std::string_view text) {
  const std::string_view whole = Trim(text);
  if (identifiers::CheckPhone(whole).ok()) return {std::string(whole), ""};
  const std::string_view after_label = Trim(whole.substr(whole.rfind(':') + 1));
  for (const std::string_view number : {after_label, LongestNumber(after_label), LongestNumber(whole)}) {
    if (!identifiers::CheckPhone(number).ok()) continue;
    std::string_view label = Trim(whole.substr(0, number.data() - whole.data()));
    while (!label.empty() && (label.back() == ':' || label.back() == '-'))
      label = Trim(label.substr(0, label.size() - 1));
    return {std::string(number), std::string(label)};
  }
  return {};
}

void ReadFeedContacts(Object entry, v1::Service& service, FeedProblems& problems) {
  if (const std::optional<Array> contacts = FindArray(entry, "contacts", "", problems)) {
    size_t index = 0;
    for (const Element element : *contacts) {
      const std::string path = json::Join("", "contacts", index++);
      const std::optional<Object> from = AsObject(element, path, problems);
      if (!from) continue;
      v1::ServiceContact contact;
      if (const std::optional<std::string> name = FindText(*from, "name", path, problems)) {
        contact.set_name(CleanText(*name, kNameBytesMax, json::Join(path, "name"), problems));
      }
      contact.set_email(ReadEmail(*from, path, problems));
      ReadPhones(*from, path, std::move(contact), service, problems);
    }
  }
  v1::ServiceContact own;  // the service's own, as HSDS 3.0 and ORUK keep them
  own.set_email(ReadEmail(entry, "", problems));
  ReadPhones(entry, "", std::move(own), service, problems);
}

}  // namespace nwd::directory
