#include "services/consent/export_page.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/time/time.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/calendar/london.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/consent/export_words.h"

namespace nwd::consent {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::string_view kStyle =
    ":root{color-scheme:light}"
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}"
    "h1{font-size:1.7rem;line-height:1.25}h2{margin-top:2.5rem;border-bottom:2px solid #1a1a1a}h3{margin-bottom:.3rem}"
    "nav ol{columns:2}a{color:#0b4f9e}"
    ".item{border:1px solid #b5b5b5;border-radius:.3rem;padding:.3rem 1rem;margin:.8rem 0;break-inside:avoid-page}"
    "dl{display:grid;grid-template-columns:minmax(9rem,14rem) 1fr;gap:.15rem 1rem;margin:.5rem 0}"
    "dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}dd dl,dd .item{white-space:normal}"
    "table{border-collapse:collapse;width:100%;font-size:.9em}th,td{border:1px solid #b5b5b5;padding:.2rem .5rem;"
    "text-align:left;vertical-align:top;overflow-wrap:anywhere}thead{display:table-header-group}tr{break-inside:avoid}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere}.none{color:#555}code{font-size:.85em}"
    "@media print{body{margin:0;max-width:none}nav{display:none}a{color:inherit;text-decoration:none}}";

// A part of the page: the field of PersonExport that it shows, and what is said of it.
struct Part {
  std::string_view field;
  std::string_view heading;
  std::string_view about;
  std::string_view none;
  bool table = false;  // a row for each, of fields that hold no messages but times
};
constexpr std::array<Part, 11> kParts = {{
    {"people", "Who you are",
     "What you gave when you were registered, and who registered you. Numbers such as your National Insurance number "
     "are kept only in a form from which nobody can read them.",
     "Nobody has registered you."},
    {"record", "Your record",
     "Every version of everything that was put in about you, by the organisation that put it in, newest first.",
     "Nothing was put in."},
    {"consents", "What you were asked and what you decided",
     "Each agreement to share, with its exact words and the receipts of your decisions.", "You were asked nothing."},
    {"authorities", "Other legal reasons for sharing",
     "Where an organisation relies on the law and not on your agreement. You may object to some of these.",
     "Nobody relies on any."},
    {"emergency_accesses", "Emergencies", "Times when somebody looked without asking you, to keep you or another safe.",
     "There were none."},
    {"disclosures", "Who was given what, when and why",
     "Every time something about you went to an organisation. Where no section is named it was the text of a referral, "
     "or there was nothing to give.",
     "Nothing was given to anybody.", true},
    {"notices", "Who was told of a change",
     "When you change your mind, or something was wrong, those who had it are told and must answer.",
     "Nobody had to be told."},
    {"cases", "What you asked for", "Requests and complaints about your data, and what you were answered.",
     "You asked for nothing."},
    {"referrals", "Referrals", "Each referral, with what happened to it, notes about you, and appointments.",
     "There were none."},
    {"journey", "What came of it", "Steps across organisations, the first first, and what was recorded at the end.",
     "Nothing was recorded."},
    {"suggestions", "What was worked out automatically",
     "Programs suggested or concluded this; no decision about you was made by a program alone.", "Nothing was."},
}};

std::string Escaped(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// "NOTICE_TYPE_WITHDRAWAL" → "Withdrawal".
std::string EnumWords(const google::protobuf::EnumValueDescriptor& value) {
  const std::string& zero = value.type()->value(0)->name();
  std::string_view name = value.name();
  constexpr std::string_view kUnspecified = "UNSPECIFIED";
  if (EndsWith(zero, kUnspecified)) name.remove_prefix(std::min(name.size(), zero.size() - kUnspecified.size()));
  return InWords(absl::AsciiStrToLower(AbslView(name)));
}

// What programs need of each other, and no person of either.
bool IsShown(const FieldDescriptor& field) { return field.name() != "etag"; }

std::string TimeWords(absl::Time time) { return absl::FormatTime("%-d %B %Y, %H:%M", time, calendar::London()); }
// A time by which something is due. The end of a day, which is when the next begins, is written as a time of that day.
std::string DueWords(absl::Time time) {
  return TimeWords(time == calendar::EndOf(calendar::DayOf(time) - 1) ? time - absl::Minutes(1) : time);
}

class Page {
 public:
  explicit Page(const v1::PersonExport& exported) : exported_(exported) {
    for (const v1::ExportedName& one : exported.organisations()) names_[one.id()] = one.name();
    for (const v1::ExportedName& one : exported.services()) names_[one.id()] = one.name();
    for (const v1::ExportedConsent& one : exported.consents()) {
      AddItem("Agreement", one.consent().consent_id(), one.consent());
    }
    for (const v1::Authority& one : exported.authorities()) AddItem("Legal reason", one.authority_id(), one);
    for (const v1::Case& one : exported.cases()) items_[one.case_id()] = Of("Request", one.receive_time());
    for (const v1::EmergencyAccess& one : exported.emergency_accesses()) {
      items_[one.emergency_access_id()] = Of("Emergency", one.open_time());
    }
    for (const referral::v1::PersonReferralItem& one : exported.referrals()) {
      if (one.has_referral()) AddItem("Referral", one.referral().referral_id(), one.referral());
    }
  }

  std::string Write() && {
    const std::string who =
        exported_.people().empty() || exported_.people(0).full_name().empty() ? "you" : exported_.people(0).full_name();
    html_ =
        Cat("<!doctype html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\">",
            "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">",
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            "<title>What is held about ", Escaped(who), "</title><style>", kStyle, "</style></head>\n<body><header>",
            "<h1>What is held about <span dir=\"auto\">", Escaped(who), "</span></h1><p>");
    html_ += Cat("Made on ", TimeWords(FromTimestamp(exported_.create_time())), " (London) by ",
                 Name(exported_.organisation_id()), ", as the answer to your request <code>",
                 Escaped(exported_.case_id()), "</code>.</p><p>");
    html_ +=
        exported_.scope() == v1::EXPORT_SCOPE_WHOLE
            ? "This is everything that the hub holds about you. Something may be left out where telling it would put "
              "somebody in danger."
            : "This is what this organisation answers for. Others may hold more: a resident channel that you enrol "
              "with shows you all of it.";
    html_ +=
        " You may have what is wrong put right, have its use restricted, object, have it erased, and complain: to the "
        "organisation above, and to the Information Commissioner (ico.org.uk).</p></header>\n";
    WriteContents();
    html_ += "<main>\n";
    for (const Part& part : kParts) WritePart(part);
    html_ += "</main></body></html>\n";
    return std::move(html_);
  }

 private:
  const FieldDescriptor* FieldOf(const Part& part) const {
    return v1::PersonExport::descriptor()->FindFieldByName(std::string(part.field));
  }
  int SizeOf(const Part& part) const { return exported_.GetReflection()->FieldSize(exported_, FieldOf(part)); }
  static std::string Of(std::string_view what, const google::protobuf::Timestamp& time) {
    return Cat(what, " of ", TimeWords(FromTimestamp(time)));
  }
  template <class Item>
  void AddItem(std::string_view what, const std::string& id, const Item& item) {
    items_[id] = Of(what, item.create_time());
  }
  // An organisation or a service by its name; what stands elsewhere on the page by what it is, and a link to it.
  std::string Name(const std::string& id) const {
    if (const auto name = names_.find(id); name != names_.end()) return Escaped(name->second);
    const auto item = items_.find(id);
    if (item == items_.end()) return Cat("<code>", Escaped(id), "</code>");
    return Cat("<a href=\"#", Escaped(id), "\">", item->second, "</a>");
  }

  void WriteContents() {
    html_ += "<nav><h2>Contents</h2><ol>";
    for (const Part& part : kParts) {
      html_ += Cat("<li><a href=\"#", part.field, "\">", part.heading, "</a> (", SizeOf(part), ")</li>");
    }
    html_ += "</ol></nav>\n";
  }

  void WritePart(const Part& part) {
    html_ += Cat("<section><h2 id=\"", part.field, "\">", part.heading, "</h2><p>", part.about, "</p>\n");
    const int size = SizeOf(part);
    if (size == 0) html_ += Cat("<p class=\"none\">", part.none, "</p>");
    if (part.table && size > 0) WriteTable(part, size);
    for (int i = 0; !part.table && i < size; ++i) {
      html_ += "<div class=\"item\">";
      WriteMessage(exported_.GetReflection()->GetRepeatedMessage(exported_, FieldOf(part), i));
      html_ += "</div>\n";
    }
    html_ += "</section>\n";
  }

  // A column for each field that any row has.
  void WriteTable(const Part& part, int size) {
    const auto row_of = [&](int i) -> const Message& {
      return exported_.GetReflection()->GetRepeatedMessage(exported_, FieldOf(part), i);
    };
    std::set<int> set;
    for (int i = 0; i < size; ++i) {
      for (const FieldDescriptor* field : FieldsOf(row_of(i))) set.insert(field->index());
    }
    html_ += "<table><thead><tr>";
    const auto& type = *FieldOf(part)->message_type();
    for (const int column : set) html_ += Cat("<th>", FieldWords(type.field(column)->name()), "</th>");
    html_ += "</tr></thead><tbody>\n";
    for (int i = 0; i < size; ++i) {
      const std::vector<const FieldDescriptor*> fields = FieldsOf(row_of(i));
      html_ += "<tr>";
      for (const int column : set) {
        html_ += "<td dir=\"auto\">";
        const FieldDescriptor* field = type.field(column);
        if (std::find(fields.begin(), fields.end(), field) != fields.end()) WriteField(row_of(i), *field);
        html_ += "</td>";
      }
      html_ += "</tr>\n";
    }
    html_ += "</tbody></table>";
  }

  static std::vector<const FieldDescriptor*> FieldsOf(const Message& message) {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    std::erase_if(fields, [](const FieldDescriptor* field) { return !IsShown(*field); });
    return fields;
  }

  // Every field that is set, in the order of the .proto.
  void WriteMessage(const Message& message) {
    html_ += "<dl>";
    for (const FieldDescriptor* field : FieldsOf(message)) {
      html_ += Cat("<dt>", FieldWords(field->name()), "</dt><dd dir=\"auto\">");
      WriteField(message, *field);
      html_ += "</dd>";
    }
    html_ += "</dl>";
  }

  void WriteField(const Message& message, const FieldDescriptor& field) {
    const Reflection& reflection = *message.GetReflection();
    if (!field.is_repeated()) return WriteValue(message, field, -1);
    const int size = reflection.FieldSize(message, &field);
    for (int i = 0; i < size; ++i) {
      if (i > 0 && field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) html_ += ", ";
      WriteValue(message, field, i);
    }
  }

  // `index` -1: the field is not repeated.
  void WriteValue(const Message& message, const FieldDescriptor& field, int index) {
    const Reflection& reflection = *message.GetReflection();
    const bool one = index < 0;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        const Message& value =
            one ? reflection.GetMessage(message, &field) : reflection.GetRepeatedMessage(message, &field, index);
        const auto* time = dynamic_cast<const google::protobuf::Timestamp*>(&value);
        if (time != nullptr) {
          html_ += field.name() == "due_time" ? DueWords(FromTimestamp(*time)) : TimeWords(FromTimestamp(*time));
        } else {
          WriteMessage(value);
        }
        break;
      }
      case FieldDescriptor::CPPTYPE_ENUM:
        html_ +=
            EnumWords(one ? *reflection.GetEnum(message, &field) : *reflection.GetRepeatedEnum(message, &field, index));
        break;
      case FieldDescriptor::CPPTYPE_STRING: {
        const std::string value =
            one ? reflection.GetString(message, &field) : reflection.GetRepeatedString(message, &field, index);
        if (field.name() == "receipts") {  // for programs; whoever wants to can look
          html_ += Cat("<details><summary>a receipt</summary><pre>", Escaped(value), "</pre></details>");
          break;
        }
        html_ += TextOf(field, value);
        break;
      }
      case FieldDescriptor::CPPTYPE_BOOL:
        html_ += "yes";  // what is not is not listed
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        html_ += Cat(one ? reflection.GetInt32(message, &field) : reflection.GetRepeatedInt32(message, &field, index));
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        html_ += Cat(one ? reflection.GetInt64(message, &field) : reflection.GetRepeatedInt64(message, &field, index));
        break;
      default:
        html_ += Escaped(message.ShortDebugString());
    }
  }

  std::string TextOf(const FieldDescriptor& field, const std::string& value) const {
    if (field.name() == "type") return Escaped(StepWords(value));
    // An item's own id, where the links to it lead.
    if (IsOwnId(field)) return Cat("<code id=\"", Escaped(value), "\">", Escaped(value), "</code>");
    const bool id = EndsWith(field.name(), "_id") || EndsWith(field.name(), "_ids");
    return id ? Name(value) : Escaped(value);
  }
  // "consent_id" of Consent, and its like.
  static bool IsOwnId(const FieldDescriptor& field) {
    std::string own;
    for (const char c : field.containing_type()->name()) {
      if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !own.empty()) own += '_';
      own += absl::ascii_tolower(static_cast<unsigned char>(c));
    }
    return field.name() == own + "_id" && !field.is_repeated();
  }

  const v1::PersonExport& exported_;
  std::map<std::string, std::string> names_;  // of organisations and services, by id
  std::map<std::string, std::string> items_;  // what has a place on the page, by id
  std::string html_;
};

}  // namespace

std::string ExportPage(const v1::PersonExport& exported) { return Page(exported).Write(); }

}  // namespace nwd::consent
